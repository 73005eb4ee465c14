"""What a guardian's stop costs: from the call until every execution that involves the code has ended."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from benchmarks import place
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result, of_samples

if TYPE_CHECKING:
    from engine.api import Principal, World

RUNNING, RUNNING_QUICK = 200, 5
PATIENCE_S = 120

_RULE = {
    "mode": "vote", "quorum": 1, "support": 50, "reviewers": 0, "votingSeconds": 1, "timelockSeconds": 0,
    "extensionSeconds": 0,
}  # fmt: skip
_CHARTER = {"rules": dict.fromkeys(("low", "medium", "high", "critical"), _RULE), "cooldownSeconds": 0}


def stops(options: Options) -> list[Result]:
    """Stops of templates, each with executions that wait in a flow with its code, on a node that works."""
    with place.driving(options.scratch / "node") as here:
        from engine.usecases.token_desk import owner_of

        owner = owner_of(here.world.identities, here.world.entropy, "personal")
        actor = replace(here.actor, identity=owner)
        running = options.count(RUNNING, RUNNING_QUICK)
        _found(here.world, actor)
        samples = [_stopped(here, actor, turn, running) for turn in range(options.count(5, 1))]
    return [of_samples("governance-stop", "ms", samples, (Limit("p99", 2000.0),), executions=running)]


def _found(world: World, actor: Principal) -> None:
    from governance import desk

    desk.found_dao(world, actor, desk.NewDao("Bench", _CHARTER))


def _stopped(here: place.Place, actor: Principal, turn: int, running: int) -> float:
    """Milliseconds of one stop."""
    from governance import desk

    template = _approved(here.world, actor, turn)
    ids = _waiting(here, turn, running)
    before = time.perf_counter()
    desk.stop_template(here.world, actor, template, "measured")
    _until(lambda: all(here.world.journal.header(id).status == "aborted" for id in ids))
    return (time.perf_counter() - before) * 1000


def _approved(world: World, actor: Principal, turn: int) -> str:
    from governance import desk
    from governance.domain.asking import proposal

    code = {"name": f"t{turn}", "type": "code", "language": "javascript", "source": f"return items // {turn}"}
    id = desk.propose(world, actor, {"kind": "approve", "title": f"Approve {turn}", "template": code})
    desk.submit(world, actor, id)
    desk.vote_held(world, actor, id, (("yes", 1),))
    _until(lambda: desk.look(world, actor, lambda dao: proposal(dao, id).stage == "active"))
    return str(next(iter(desk.look(world, actor, lambda dao: proposal(dao, id).content["templates"]))))


def _waiting(here: place.Place, turn: int, running: int) -> list[str]:
    from engine.usecases.start_execution import StartRequest, start_execution

    steps: list[dict[str, Any]] = [
        {"id": "wait", "action": "flow.wait", "params": {"webhook": True}},
        {"id": "code", "action": "code.javascript", "params": {"code": f"return items // {turn}"}},
    ]
    flow = here.publish({"id": f"f{turn}", "name": "F", "steps": steps})
    ids = [start_execution(here.world, here.actor, StartRequest(flow)).execution for _ in range(running)]
    _until(lambda: all(here.world.journal.header(id).status == "waiting" for id in ids))
    return ids


def _until(done: Any) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"not done within {PATIENCE_S} s")
        time.sleep(0.005)


BENCHMARKS = (Benchmark("governance-stop", "a guardian's stop, until what ran has ended", stops),)
