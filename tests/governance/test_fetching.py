"""Templates taken from another node by CID: what is verified, and what a node that lies gets."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.api import (
    InvalidInput,
    NetworkFailure,
    QflowError,
    ResourceExhausted,
    UnknownObject,
)
from engine.api.governing import (
    NotGenuine,
    PolicyDraft,
    decode_canonical,
    encode,
    policy_body,
    policy_chain,
    policy_envelope,
    policy_to_sign,
    sign_held,
    validator_of,
)
from engine.base.errors import EgressDenied
from engine.testing.fake_sandbox import FakeSandbox
from engine.web.deps import use_world
from governance import catalogue, desk, evidence, fetching
from governance.commands import COMMANDS
from governance.domain.limits import FETCHED_TEMPLATE_BYTES_MAX
from governance.elsewhere import Elsewhere
from governance.fetching import fetched, from_here, propose_fetched, within_egress
from tests.governance.domain.support import approve
from tests.governance.hall import Hall, pages_of, second_node, visitor
from tests.governance.telling.support import reaching_loopback
from tests.governance.test_doors import Shell
from tests.governance.test_rest import Doors
from tests.servers.http_server import HttpServer, Reply

URL = "http://other.example"


class There(Elsewhere):
    """Another node, whose answers lie before us."""

    def __init__(self, answers: dict[str, Any], most: int) -> None:
        super().__init__(URL, "token", most)
        self.answers = answers

    def _answer(self, method: str, url: str, headers: Any, body: Any) -> tuple[int, bytes]:
        answer = self.answers.get(url.removeprefix(f"{URL}/api/v1"))
        if isinstance(answer, int):
            return answer, json.dumps({"detail": "no"}).encode()
        return (200, json.dumps(answer).encode()) if answer is not None else (404, b"")


class Origin:
    """A DAO with an approved template, and what its node answers."""

    def __init__(self, hall: Hall) -> None:
        self.hall, self.cid = hall, hall.approved()
        ann = hall.people["ann"]
        self.bundle = evidence.bundle(hall.world, ann)
        self.answers: dict[str, Any] = {
            "/dao": [{"id": hall.id, "subnet": "acme", "name": "Acme"}],
            self.export: catalogue.export_template(hall.world, ann, self.cid),
            self.log: {"bundle": b64encode(self.bundle).decode()},
            self.chain: {"policies": [b64encode(one).decode() for one in policy_chain(hall.world, ann)]},
        }

    @property
    def export(self) -> str:
        return f"/dao/{self.hall.id}/templates/{self.cid}/export"

    @property
    def log(self) -> str:
        return f"/dao/{self.hall.id}/log"

    @property
    def chain(self) -> str:
        return f"/dao/{self.hall.id}/policy/chain"

    def reach(self, most: int) -> There:
        return There(self.answers, most)

    def with_log(self, change: Any) -> dict[str, Any]:
        """The answers with another log."""
        plain = decode_canonical(self.bundle)
        change(plain)
        return {**self.answers, self.log: {"bundle": b64encode(encode(plain)).decode()}}


@pytest.fixture
def origin(hall: Hall) -> Origin:
    return Origin(hall)


def refused(origin: Origin, answers: dict[str, Any], dao: str = "") -> str:
    """Why a template is not taken."""
    with pytest.raises(NotGenuine) as caught:
        fetched(lambda most: There(answers, most), origin.cid, dao)
    return str(caught.value.details["reason"])


def test_a_template_comes_with_the_vote_that_its_log_proves(origin: Origin) -> None:
    origin.answers[origin.export]["origin"] = {"dao": "lies", "vote": {"outcome": "everybody loves it"}}
    found = fetched(origin.reach, origin.cid, origin.hall.id)
    assert found["template"]["source"] == "return items"
    told = found["origin"]
    assert (told["dao"], told["name"], told["status"]) == (origin.hall.id, "Acme", "active")
    assert (told["vote"]["outcome"], told["vote"]["ballots"]) == ("passed", 3)
    assert "lies" not in json.dumps(found)


def test_what_is_not_what_the_cid_names_is_refused(origin: Origin) -> None:
    bundle = origin.answers[origin.export]
    for template in (
        {**bundle["template"], "source": "return steal"},
        {**bundle["template"], "capabilities": [{"operation": "http", "host": "*"}]},
    ):
        answers = {**origin.answers, origin.export: {**bundle, "template": template}}
        assert refused(origin, answers) == "cid"


def test_a_log_that_was_changed_is_refused(origin: Origin) -> None:
    def unsigned(plain: Any) -> None:
        plain["entries"][-1][3] = bytes(64)

    def forged(plain: Any) -> None:
        entry = next(one for one in plain["entries"] if b"Approve resize" in one[0])
        entry[0] = entry[0].replace(b"Approve resize", b"Approve rename")

    def shortened(plain: Any) -> None:
        del plain["entries"][2]

    def without_keys(plain: Any) -> None:
        plain["identities"].pop(next(iter(plain["identities"])))

    for change in (unsigned, forged, shortened, without_keys):
        assert refused(origin, origin.with_log(change)) == "log", change.__name__


def test_a_log_that_does_not_approve_it_is_refused(origin: Origin) -> None:
    def before_the_vote(plain: Any) -> None:
        del plain["entries"][4:]

    assert refused(origin, origin.with_log(before_the_vote)) == "vote"


def test_a_policy_that_does_not_vouch_for_it_is_refused(origin: Origin) -> None:
    """A node may write a log under a DAO's true first entry; it cannot sign as the DAO's validators."""
    first, second = origin.answers[origin.chain]["policies"]
    stranger = second_node(origin.hall, FakeSandbox({}))
    identity, key = validator_of(stranger, "acme")
    draft = PolicyDraft("acme", origin.hall.id, 1, 2, {key: identity}, 1, {"approved": []}, "")
    body = policy_body(draft, None)
    signature = sign_held(stranger, identity, key, policy_to_sign(body))
    assert signature is not None
    own = b64encode(policy_envelope(body, {key: signature})).decode()
    for policies in ([], [first], [second], [second, first], [own], [first, own], ["AAAA"]):
        assert refused(origin, {**origin.answers, origin.chain: {"policies": policies}}) == "policy"
    stranger.worker.stop(1)


def test_policies_come_a_page_at_a_time(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "POLICY_CHAIN_MAX", 1)
    pages = [{"policies": [one]} for one in origin.answers[origin.chain]["policies"]]
    for after, page in enumerate([*pages, {"policies": []}]):
        origin.answers[f"{origin.chain}?after={after}" if after else origin.chain] = page
    assert fetched(origin.reach, origin.cid)["origin"]["policy"] == 2
    monkeypatch.setattr(fetching, "FETCHED_LOG_BYTES_MAX", 100)
    with pytest.raises(ResourceExhausted):
        fetched(origin.reach, origin.cid)


def test_one_that_was_stopped_or_revoked_there_comes_with_that_word(origin: Origin) -> None:
    origin.hall.passed({"kind": "revoke", "title": "It leaks", "target": origin.cid})
    bundle = evidence.bundle(origin.hall.world, origin.hall.people["ann"])
    origin.answers[origin.log] = {"bundle": b64encode(bundle).decode()}
    assert fetched(origin.reach, origin.cid)["origin"]["status"] == "revoked"


def test_another_dao_than_the_one_asked_for_is_refused(origin: Origin) -> None:
    assert refused(origin, origin.answers, "bafyother") == "dao"
    posing = {**origin.answers, "/dao": [{"id": "posing"}]}
    for path in (origin.export, origin.log, origin.chain):
        posing[path.replace(origin.hall.id, "posing")] = origin.answers[path]
    assert refused(origin, posing) == "dao"


def test_answers_that_are_none_say_so(origin: Origin) -> None:
    ask = lambda answers: fetched(lambda most: There(answers, most), origin.cid)  # noqa: E731
    for path, answer, kind in (
        ("/dao", [], UnknownObject),
        ("/dao", [3], NetworkFailure),
        ("/dao", {"id": 1}, NetworkFailure),
        ("/dao", 401, InvalidInput),
        ("/dao", 403, InvalidInput),
        ("/dao", 500, NetworkFailure),
        (origin.export, 404, QflowError),
        (origin.export, [], NetworkFailure),
        (origin.export, {"template": 3}, NetworkFailure),
        (origin.export, {"template": {"name": "x"}}, InvalidInput),
        (origin.log, {}, NetworkFailure),
        (origin.log, {"bundle": "%"}, InvalidInput),
        (origin.log, {"bundle": "AAAA"}, InvalidInput),
        (origin.chain, {}, NetworkFailure),
        (origin.chain, {"policies": 3}, NetworkFailure),
    ):
        with pytest.raises(kind):
            ask({**origin.answers, path: answer})
    for cid in ("", "../../tokens", "b" * 60, origin.cid.upper()):
        with pytest.raises(InvalidInput, match="no CID"):
            fetched(origin.reach, cid)


@pytest.fixture
def web(origin: Origin) -> Iterator[HttpServer]:
    with HttpServer() as server:
        for path, answer in origin.answers.items():
            body = json.dumps(answer).encode()
            server.extra[f"/api/v1{path}"] = lambda seen, body=body: Reply(body=body)
        yield server


def test_a_too_large_answer_and_a_redirect_are_refused_on_both_ways_out(
    origin: Origin, web: HttpServer
) -> None:
    world, url = reaching_loopback(origin.hall.world), web.url
    for reach in (from_here(url, "t"), within_egress(world, "acme", url, "t")):
        assert fetched(reach, origin.cid)["cid"] == origin.cid
    web.extra[f"/api/v1{origin.export}"] = lambda seen: Reply(body=b" " * (FETCHED_TEMPLATE_BYTES_MAX + 1))
    with pytest.raises(ResourceExhausted, match=f"more than {FETCHED_TEMPLATE_BYTES_MAX} bytes"):
        fetched(from_here(url, "t"), origin.cid)
    with pytest.raises(QflowError):
        fetched(within_egress(world, "acme", url, "t"), origin.cid)
    web.extra["/api/v1/dao"] = lambda seen: Reply(302, [("location", f"{url}/api/v1/elsewhere")])
    for reach in (from_here(url, "t"), within_egress(world, "acme", url, "t")):
        with pytest.raises(NetworkFailure):
            fetched(reach, origin.cid)


def test_a_node_fetches_only_from_where_steps_may_go_and_for_members(origin: Origin) -> None:
    hall = origin.hall
    with pytest.raises(EgressDenied):
        propose_fetched(hall.world, hall.people["ann"], "http://127.0.0.1:1", "t", origin.cid)
    with pytest.raises(QflowError, match="no member"):
        propose_fetched(hall.world, hall.people["zed"], "http://127.0.0.1:1", "t", origin.cid)
    with pytest.raises(InvalidInput, match="no http"):
        propose_fetched(hall.world, hall.people["ann"], "file:///etc/passwd", "t", origin.cid)
    with pytest.raises(InvalidInput, match="no token"):
        propose_fetched(hall.world, hall.people["ann"], URL, "t\r\nHost: x", origin.cid)


def test_the_page_proposes_what_was_verified_and_says_why_it_took_nothing(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "within_egress", lambda world, subnet, url, token: origin.reach)
    sent = {"cid": origin.cid, "url": URL, "token": "s3cret"}
    with pages_of(origin.hall):
        cem = visitor(origin.hall, "cem")
        wrong = cem.post("/governance/templates/fetch", {**sent, "dao": "<b>"})
        text = wrong.content.decode()
        assert wrong.status_code == 422
        assert "not of &lt;b&gt;" in text
        assert "s3cret" not in text
        assert f'value="{origin.cid}"' in text
        there = cem.post("/governance/templates/fetch", sent).url
        assert "3 ballots" in cem.get(there).content.decode()
        assert visitor(origin.hall, "zed").post("/governance/templates/fetch", sent).status_code == 403
    made = origin.hall.proposal(there.rpartition("/")[2])
    assert (made.stage, list(made.content["templates"])) == ("draft", [origin.cid])


async def test_over_rest_it_becomes_a_draft(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "within_egress", lambda world, subnet, url, token: origin.reach)
    with use_world(origin.hall.world):
        doors = Doors(origin.hall)
        body = {"cid": origin.cid, "url": URL, "token": "s3cret"}
        made = await doors.must("cem", "POST", "/dao/acme/imports/fetched", body)
        assert (made["stage"], made["templates"][0]["cid"]) == ("draft", origin.cid)
        answer = await doors.ask("cem", "POST", "/dao/acme/imports/fetched", {**body, "dao": "other"})
        assert answer.status_code == 422
        assert (await doors.ask("zed", "POST", "/dao/acme/imports/fetched", body)).status_code == 403


def test_the_command_shows_writes_and_proposes_it(
    origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from governance import commands
    from governance.local_door import LocalDoor

    hall, asked = origin.hall, []
    monkeypatch.setattr(fetching, "from_here", lambda url, token: asked.append((url, token)) or origin.reach)
    monkeypatch.setattr(commands, "setup_django", lambda settings: None)
    monkeypatch.setattr(commands, "load_quiet_settings", lambda args: None)
    monkeypatch.setattr(commands, "_door", lambda args: LocalDoor(hall.world, hall.people["cem"]))
    parser = Shell(hall, lambda who: LocalDoor(hall.world, hall.people[who])).parser
    run = COMMANDS["dao"].run

    def said(*words: str) -> Any:
        args = parser.parse_args(["template", *words, "--json"])
        assert run(args) == 0
        return json.loads(capsys.readouterr().out)

    fetch = ("fetch", origin.cid, "--from", URL, "--from-token", "s3cret")
    assert said(*fetch)["origin"]["vote"]["ballots"] == 3
    assert asked == [(URL, "s3cret")]
    place = tmp_path / "template.json"
    said(*fetch, "-o", str(place))
    assert json.loads(place.read_text())["cid"] == origin.cid
    assert said(*fetch, "--propose")["stage"] == "draft"
    assert said(origin.cid)["cid"] == origin.cid
    for words in (("fetch", origin.cid), ("fetch", "--from", URL), (origin.cid, origin.cid)):
        with pytest.raises(InvalidInput, match="write: qflow dao template"):
            run(parser.parse_args(["template", *words, "--json"]))


def test_a_refused_template_leaves_nothing_behind(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    origin.answers["/dao"] = [{"id": "posing"}]
    monkeypatch.setattr(fetching, "within_egress", lambda world, subnet, url, token: origin.reach)
    before = dict(origin.hall.dao.proposals)
    with pytest.raises(QflowError):
        propose_fetched(origin.hall.world, origin.hall.people["cem"], URL, "t", origin.cid)
    assert origin.hall.dao.proposals == before
    assert desk.propose(origin.hall.world, origin.hall.people["cem"], approve("other"))
