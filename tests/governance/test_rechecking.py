"""The keeper of a second node makes checks of templates anew, once, and reports them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.api import InvalidInput, NetworkFailure, World
from engine.api.governing import validator_of
from engine.testing.fake_sandbox import FakeSandbox
from engine.web.deps import use_world
from governance import desk, rechecking, shown
from governance.domain.limits import RECHECK_ATTEMPTS_MAX, RECHECK_S_MAX
from governance.domain.state import Proposal
from governance.models import Recheck
from governance.rechecking import recheck
from governance.telling.chores import forget
from tests.governance.domain.support import approve
from tests.governance.hall import SOURCE, TESTED, Hall, hall_of_two_nodes, pages_of, second_node, visitor
from tests.governance.test_doors import Wire


class Counting(FakeSandbox):
    """Counts what it runs, and may do something before it does."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__(answers)
        self.runs, self.before = 0, lambda: None

    def run_code(self, *args: Any) -> Any:
        self.runs += 1
        self.before()
        return super().run_code(*args)


class Remote(Wire):
    """The node of the DAO over the wire of this process, asked by a member; it may be out of reach."""

    def __init__(self, hall: Hall, who: str = "dia") -> None:
        super().__init__(hall, who)
        self.hall, self.refused, self.forged = hall, "", dict[str, Any]()

    def _call(self, method: str, path: str, body: Any, query: dict[str, Any]) -> Any:
        if self.refused and method == self.refused:
            raise NetworkFailure("cannot reach it")
        with use_world(self.hall.world):
            answer = super()._call(method, path, body, query)
        return {**answer, **self.forged} if self.forged and "content" in answer else answer


@pytest.fixture
def hall(transactional_db: Any) -> Iterator[Hall]:
    made = hall_of_two_nodes()
    yield made
    made.stop()


@pytest.fixture
def second(hall: Hall) -> Iterator[World]:
    made = second_node(hall, Counting({SOURCE: [{"n": 1}]}))
    yield made
    made.worker.stop(1)


def submitted(hall: Hall, name: str = "resize", author: str = "ann") -> Proposal:
    id = desk.propose(hall.world, hall.people[author], approve(name, SOURCE, **TESTED))
    desk.submit(hall.world, hall.people[author], id)
    assert hall.proposal(id).stage == "checks"
    return hall.proposal(id)


def comments(made: Proposal) -> list[str]:
    return [one.text for _, one in made.comments]


def test_what_waits_is_made_anew_reported_and_never_begun_again(hall: Hall, second: World) -> None:
    made, node, sandbox = submitted(hall), Remote(hall), second.sandbox
    assert recheck(second, "acme", node) == 1
    assert (made.stage, len(made.reported)) == ("review", 2)
    assert made.reported[1].reporter == validator_of(second, "acme")[0]
    assert recheck(second, "acme", node) == 0
    desk.cancel(hall.world, hall.people["ann"], made.id)
    again = submitted(hall)  # the same template in another proposal
    assert recheck(second, "acme", node) == 1
    assert (again.stage, sandbox.runs) == ("review", 1)  # type: ignore[attr-defined]


def test_a_go_takes_so_many_and_the_next_one_the_others(hall: Hall, second: World) -> None:
    made = [submitted(hall, f"t{one}", who) for one, who in enumerate(("ann", "ann", "bob", "cem"))]
    assert [recheck(second, "acme", Remote(hall)) for _ in range(3)] == [3, 1, 0]
    assert {one.stage for one in made} == {"review"}


def test_other_findings_are_reported_as_found_and_shown(hall: Hall, second: World) -> None:
    made, sandbox = submitted(hall), second.sandbox
    sandbox.answers[SOURCE] = [{"n": 2}]  # type: ignore[attr-defined]
    recheck(second, "acme", Remote(hall))
    assert (made.stage, made.why) == ("draft", "nodes found different things in: tests")
    with pages_of(hall):
        page = visitor(hall, "cem").get(f"/governance/proposals/{made.id}").content.decode()
    assert "Checks by several nodes" in page
    assert page.count("found something else") == 1


def test_a_report_that_does_not_arrive_is_sent_again_without_running_again(
    hall: Hall, second: World, caplog: pytest.LogCaptureFixture
) -> None:
    made, node, sandbox = submitted(hall), Remote(hall), second.sandbox
    node.refused = "POST"
    with caplog.at_level(logging.ERROR):
        recheck(second, "acme", node)
    assert "could not be answered" in caplog.text
    assert made.stage == "checks"
    node.refused = ""
    recheck(second, "acme", node)
    assert (made.stage, sandbox.runs) == ("review", 1)  # type: ignore[attr-defined]
    Recheck.objects.update(state="made", attempts=RECHECK_ATTEMPTS_MAX)
    node.refused = "POST"
    recheck(second, "acme", node)
    assert Recheck.objects.get().attempts == RECHECK_ATTEMPTS_MAX


def test_checks_that_take_too_long_are_given_up_and_told_on_the_proposal_once(
    hall: Hall, second: World, caplog: pytest.LogCaptureFixture
) -> None:
    case = TESTED["tests"]["cases"][0]
    tests = {"cases": [case, {**case, "name": "two"}]}
    id = desk.propose(hall.world, hall.people["ann"], approve("slow", SOURCE, tests=tests))
    desk.submit(hall.world, hall.people["ann"], id)
    sandbox: Any = second.sandbox
    sandbox.before = lambda: hall.clock.advance_ms(1_000 * RECHECK_S_MAX)
    with caplog.at_level(logging.ERROR):
        recheck(second, "acme", Remote(hall))
    made, told = hall.proposal(id), f"they take longer than {RECHECK_S_MAX} seconds here"
    assert (made.stage, sandbox.runs, len(made.reported)) == ("checks", 1, 1)
    assert told in caplog.text
    assert comments(made) == [f"Node {second.node} did not make the checks anew: {told}"]
    recheck(second, "acme", Remote(hall))
    assert (sandbox.runs, len(comments(made))) == (1, 1)


def test_what_was_begun_and_lost_with_its_process_is_not_run_again(hall: Hall, second: World) -> None:
    made, sandbox = submitted(hall), second.sandbox

    def die() -> None:
        raise KeyboardInterrupt

    sandbox.before = die  # type: ignore[attr-defined]
    with pytest.raises(KeyboardInterrupt):
        recheck(second, "acme", Remote(hall))
    assert recheck(second, "acme", Remote(hall)) == 0
    assert comments(made) == []
    hall.clock.advance_ms(3_600_001)
    assert recheck(second, "acme", Remote(hall)) == 0
    assert "the node stopped while it made them" in comments(made)[0]
    assert sandbox.runs == 1  # type: ignore[attr-defined]


def test_two_keepers_of_one_database_do_it_once(hall: Hall, second: World) -> None:
    made = submitted(hall)
    asked = {"dao": hall.id, "id": made.id, "cid": made.cid}
    assert rechecking._claimed(second, "acme", asked) is not None
    assert rechecking._claimed(second, "acme", asked) is None
    assert recheck(second, "acme", Remote(hall)) == 0


def test_a_node_that_lies_gets_no_signature(hall: Hall, second: World) -> None:
    made, node, sandbox = submitted(hall), Remote(hall), second.sandbox
    plain = json.loads(json.dumps(shown.proposal(hall.dao, made)))["content"]
    ((cid, template),) = plain["templates"].items()
    swapped = {**plain, "templates": {cid: {**template, "source": "return steal"}}}
    for content in (swapped, {**plain, "dao": "bafyother"}, [], {"kind": "king"}, {**plain, "templates": 3}):
        Recheck.objects.all().delete()
        node.forged = {"content": content}
        recheck(second, "acme", node)
        assert Recheck.objects.get().state in ("failed", "told"), content
        assert not Recheck.objects.get().reports
    assert (sandbox.runs, len(made.reported)) == (0, 1)  # type: ignore[attr-defined]
    for answer in (3, [{}], [3], [{"id": 1}]):
        node.get = lambda path, answer=answer, **query: answer  # type: ignore[method-assign]
        with pytest.raises(InvalidInput, match="does not give proposals"):
            recheck(second, "acme", node)


def test_a_validator_that_the_dao_does_not_name_is_refused_and_says_so(hall: Hall, second: World) -> None:
    made = submitted(hall)
    hall.dao.validators.keys.pop(validator_of(second, "acme")[1])  # type: ignore[attr-defined]
    recheck(second, "acme", Remote(hall))
    assert len(made.reported) == 1
    assert "the report was not taken" in comments(made)[0]


def test_it_is_off_unless_the_node_is_told_and_rows_go_with_their_subnet(
    hall: Hall, second: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "sources.json"
    place.write_text(json.dumps({"sources": {"acme": {"url": "https://a", "token": "t"}}}))
    asked: list[str] = []
    made = rechecking.Rechecking()
    monkeypatch.setattr(rechecking, "recheck", lambda world, subnet, node: asked.append(node.url))
    for wanted in ("off", "on"):
        found = type("S", (), {"dao_sources": place, "dao_reproduce": wanted})
        for module in ("following", "rechecking"):
            monkeypatch.setattr(f"governance.{module}.current", lambda found=found: found)
        made.sweep(second)
        assert made._busy.acquire(timeout=30)
        made._busy.release()
        assert asked == ([] if wanted == "off" else ["https://a"])
    for subnet in ("acme", "gone"):
        Recheck.objects.create(subnet=subnet, cid=subnet, begun_us=hall.clock.now_us())
    forget(hall.world)
    assert [row.subnet for row in Recheck.objects.all()] == ["acme"]
