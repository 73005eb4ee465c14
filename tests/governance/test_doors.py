"""``qflow dao`` through both of its doors: the data directory, and the REST paths of a node."""

from __future__ import annotations

import argparse
import asyncio
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.api import InvalidInput, QflowError, UnknownObject, WrongState, create_flow
from engine.cli.web_client import error_of
from engine.web.asgi import http_application
from engine.web.deps import use_world
from governance.commands import COMMANDS
from governance.door import Door
from governance.elsewhere import Elsewhere
from governance.local_door import LocalDoor
from governance.remote_door import RemoteDoor
from governance.reproducing import reproduced
from governance.store import use_store
from governance.verbs import RUNS
from tests.engine.web.conftest import client_of, headers, nothing
from tests.governance.domain.support import approve
from tests.governance.hall import Hall, second_node
from tests.governance.memory_store import MemoryDaoStore
from tests.governance.telling.support import with_persons


class Wire(Elsewhere):
    """The REST doors of this process, asked by somebody."""

    def __init__(self, hall: Hall, who: str) -> None:
        super().__init__("http://node.example", "")
        person = hall.people[who]
        self._headers = headers(hall.world.tokens.issue(who, "acme", ("admin",), None, person.identity)[1])
        self._app = http_application(nothing)

    def _call(self, method: str, path: str, body: Any, query: dict[str, Any]) -> Any:
        async def ask() -> Any:
            async with client_of(self._app, self._headers) as client:
                given = {name: value for name, value in query.items() if value not in (None, "")}
                return await client.request(method, f"/api/v1{path}", json=body, params=given)

        answer = asyncio.run(ask())
        if answer.status_code >= 400:
            raise error_of(answer.status_code, answer.text)
        return answer.json()


class Shell:
    """Runs verbs as somebody."""

    def __init__(self, hall: Hall, door: Callable[[str], Door]) -> None:
        self.hall, self.door = hall, door
        self.parser = argparse.ArgumentParser()
        COMMANDS["dao"].configure(self.parser)

    def __call__(self, who: str, *words: str) -> Any:
        args = self.parser.parse_args([*words, "--json"])
        return RUNS[args.verb](self.door(who), args)


SECRET = {"secret": True, "revealSeconds": 100}


@pytest.fixture(params=[("local", {}), ("remote", {})], ids=["local", "remote"])
def shell(request: pytest.FixtureRequest) -> Iterator[Shell]:
    with use_store(MemoryDaoStore()):
        kind, rule = request.param
        hall = Hall(rule=rule)
        local: Callable[[str], Door] = lambda who: LocalDoor(hall.world, hall.people[who])  # noqa: E731
        with use_world(hall.world):
            yield Shell(
                hall,
                local if kind == "local" else lambda who: RemoteDoor(Wire(hall, who), "acme"),
            )
        hall.stop()


def saved(place: Path, name: str, value: Any) -> str:
    (place / name).write_text(json.dumps(value))
    return str(place / name)


def test_a_template_is_proposed_voted_on_and_carried_to_another_dao(shell: Shell, tmp_path: Path) -> None:
    made = shell("ann", "propose", saved(tmp_path, "wish.json", approve()), "--submit")
    assert made["stage"] == "review"
    assert shell("cem", "comment", made["id"], "Why?", "--line", "1")["comments"][0]["place"]["line"] == 1
    assert shell("bob", "review", made["id"], "--text", "Fine")["stage"] == "voting"
    for who in ("ann", "bob", "cem"):
        shell(who, "vote", made["id"], "yes")
    shell.hall.wait(101)
    shell.hall.wait(51)
    assert shell("dia", "proposal", made["id"])["stage"] == "active"
    assert shell("dia", "verify-tally", made["id"])["valid"]
    (template,) = shell("dia", "templates")
    place = str(tmp_path / "template.json")
    assert shell("dia", "template", template["cid"], "-o", place)["file"] == place
    assert shell("dia", "uses", template["cid"]) == []
    assert shell("dia", "receipts", template["cid"]) == {"executions": 0, "all": True, "last": None}
    with pytest.raises(InvalidInput, match="not bafy"):
        shell("dia", "import", place, "--cid", "bafy")
    again = shell("dia", "import", place, "--cid", template["cid"])
    assert list(again["content"]["templates"]) == [template["cid"]]
    halted = shell("ann", "stop", template["cid"], "--reason", "it steals")
    assert halted["halted"] == 0
    assert shell("dia", "template", template["cid"])["status"] == "stopped"
    assert shell("bob", "advise", template["cid"], "It leaks.")["id"].startswith("adv_")


@pytest.mark.parametrize("shell", [("local", SECRET), ("remote", SECRET)], indirect=True)
def test_a_secret_vote_is_sealed_and_opened_with_its_file(shell: Shell, tmp_path: Path) -> None:
    made = shell("ann", "propose", saved(tmp_path, "wish.json", approve()), "--submit")
    shell("bob", "review", made["id"])
    with pytest.raises(InvalidInput, match="votes are secret here"):
        shell("ann", "vote", made["id"], "yes")
    files = {who: str(tmp_path / who) for who in ("ann", "bob", "cem")}
    for who, file in files.items():
        shown = shell(who, "vote", made["id"], "yes", "--secret", file)
        assert shown["vote"]["totals"] == {}
        assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600
        assert "yes" not in json.dumps([*shell.hall.proposal(made["id"]).ballots.values()], default=str)
    with pytest.raises(InvalidInput, match="is there already"):
        shell("ann", "vote", made["id"], "no", "--secret", files["ann"])
    with pytest.raises(WrongState):
        shell("ann", "reveal", files["ann"])
    shell.hall.wait(101)
    with pytest.raises(InvalidInput, match="not written by"):
        shell("ann", "reveal", str(tmp_path / "wish.json"))
    for file in files.values():
        shell("dia", "reveal", file)
    shell.hall.wait(101)
    assert shell("dia", "proposal", made["id"])["vote"]["totals"]["yes"] == 3


@pytest.mark.parametrize("shell", [("local", {"reports": 2}), ("remote", {"reports": 2})], indirect=True)
def test_another_node_makes_the_checks_anew_from_what_the_door_shows(shell: Shell, tmp_path: Path) -> None:
    hall, tested = shell.hall, {"cases": [{"name": "one", "items": [{"n": 1}], "expect": [{"n": 1.5}]}]}
    sandbox: Any = hall.world.sandbox
    sandbox.answers["return items"] = [{"n": 1.5}]
    second = second_node(hall, sandbox)
    made = shell("ann", "propose", saved(tmp_path, "wish.json", approve(tests=tested)), "--submit")
    assert made["stage"] == "checks"
    shown = json.loads(json.dumps(made))
    found = reproduced(second, hall.people["ann"], hall.id, shown["cid"], shown["content"])
    shell.door("dia").report(made["id"], found)
    after = shell("dia", "proposal", made["id"])
    assert (after["stage"], len(after["reports"])) == ("review", 2)
    assert after["reports"][1]["reporter"] == found.reporter
    second.worker.stop(1)


def test_members_come_go_and_let_others_vote(shell: Shell) -> None:
    shell("cem", "delegate", shell.hall.people["ann"].identity, "--days", "3")
    members = {one["name"]: one for one in shell("ann", "members")}
    assert members["Cem"]["delegations"][0]["to"] == shell.hall.people["ann"].identity
    shell("cem", "delegate", "")
    shell("cem", "leave")
    assert shell("ann", "show")["members"] == 3


def test_the_policy_and_the_log_are_carried_in_files(shell: Shell, tmp_path: Path) -> None:
    first = shell("ann", "policy")[0]["cid"]
    shell.hall.approved()
    chain, log = str(tmp_path / "policy.cbor"), str(tmp_path / "log.cbor")
    assert [one["version"] for one in shell("ann", "policy")] == [2, 1]
    assert shell("ann", "policy", "export", chain)["bytes"] > 0
    assert shell("ann", "policy", "import", chain) == []
    shell("ann", "policy", "export", chain, "--cid", first)
    with pytest.raises(QflowError, match="and 2 is in force"):
        shell("ann", "policy", "import", chain)
    assert shell("ann", "export", "-o", log)["bytes"] > 0
    with pytest.raises(InvalidInput, match="needs a file"):
        shell("ann", "policy", "import")
    assert set(shell("ann", "budget")) == {"executions", "steps", "cpuSeconds", "egressBytes"}


def test_a_draft_is_a_flow_or_step_with_everything_filled_in(shell: Shell, tmp_path: Path) -> None:
    code = {"id": "code", "type": "code.javascript", "params": {"code": "return items"}}
    flow = {"id": "resize", "name": "Resize", "steps": [code]}
    create_flow(shell.hall.world, shell.hall.people["ann"], flow)
    assert shell("ann", "draft", "--flow", "resize", "--step", "code")["source"] == "return items"
    place = tmp_path / "draft.json"
    shell("ann", "draft", "--flow", "resize", "-o", str(place))
    assert json.loads(place.read_text())["type"] == "flow"
    made = shell("ann", "propose", "--flow", "resize", "--step", "code")
    assert made["title"] == "Approve resize.code"
    assert shell("ann", "cancel", made["id"], "--why", "later")["stage"] == "cancelled"
    assert shell("ann", "proposals", "--stage", "open") == []
    assert shell("ann", "notices") == []


@pytest.mark.django_db(transaction=True)
def test_a_person_lists_reads_and_chooses_notifications(shell: Shell, tmp_path: Path) -> None:
    with_persons(shell.hall)
    made = shell("ann", "propose", saved(tmp_path, "wish.json", approve()), "--submit")
    shell("bob", "review", made["id"])
    (told,) = shell("cem", "notifications")
    assert (told["about"], told["readAt"]) == ("opens", None)
    assert shell("cem", "notifications", "--unread", "--limit", "1") == [told]
    with pytest.raises(UnknownObject, match="no notification 99999"):
        shell("cem", "notifications", "read", "99999", str(told["id"]))
    with pytest.raises(InvalidInput, match="no number"):
        shell("cem", "notifications", "read", "one")
    assert shell("dia", "notifications", "read") == {"read": 1}
    assert shell("cem", "notifications", "read", str(told["id"])) == {"read": 1}
    assert shell("cem", "notifications", "--unread") == []


@pytest.mark.django_db(transaction=True)
def test_a_person_chooses_by_which_ways_it_is_told(shell: Shell) -> None:
    with_persons(shell.hall)
    verb = ("notifications", "preferences")
    before = shell("cem", *verb)
    assert before["told"]["mail"] == sorted(before["kinds"])
    assert before["webhook"] == {"url": ""}
    words = ("--on-page", "opens, decided", "--by-mail", "none", "--by-webhook", "all", "--every", "daily")
    chosen = shell("cem", *verb, *words)
    assert chosen["told"] == {"page": ["decided", "opens"], "mail": [], "webhook": sorted(before["kinds"])}
    assert chosen["everySeconds"] == 86_400
    made = shell("cem", *verb, "--webhook-to", "https://host.example/x")
    assert made["told"] == chosen["told"]
    assert made["webhook"]["secret"].startswith("whsec_")
    assert "secret" not in shell("cem", *verb)["webhook"]
    again = shell("cem", *verb, "--new-secret")["webhook"]
    assert again["secret"] not in ("", made["webhook"]["secret"])
    assert shell("cem", *verb, "--webhook-to", "")["webhook"] == {"url": ""}
    assert shell("dia", *verb)["told"] == before["told"]
    for words, kind in (
        (("--new-secret",), WrongState),
        (("--mail-to", "cem@example.com"), WrongState),  # this node has no mail server
        (("--code", "guess"), InvalidInput),
        (("--on-page", "weather"), InvalidInput),
        (("--webhook-to", "ftp://x"), InvalidInput),
    ):
        with pytest.raises(kind):
            shell("cem", *verb, *words)
    assert shell("cem", *verb)["told"] == chosen["told"]


@pytest.mark.django_db(transaction=True)
def test_preferences_are_told_a_line_each(shell: Shell) -> None:
    with_persons(shell.hall)
    args = shell.parser.parse_args(["notifications", "preferences", "--by-mail", "none"])
    args.json = False
    told = RUNS["notifications"](shell.door("cem"), args)
    assert (told["told by mail"], told["mails come"], told["webhook"]) == ("nothing", "now", "none")


@pytest.mark.django_db(transaction=True)
def test_who_signs_in_nowhere_has_no_notifications(shell: Shell) -> None:
    assert shell("cem", "notifications") == []
    for verb in ("read", "preferences"):
        with pytest.raises(UnknownObject, match="persons who sign in"):
            shell("cem", "notifications", verb)
