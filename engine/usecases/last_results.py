"""How the tests of a flow went when they last ran, and whether that still says something of the draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.base.errors import ContentErased, CorruptData, UnknownObject
from engine.execution.judging import Flaw, Judge
from engine.execution.scope import iso
from engine.flow.cases import case_of
from engine.flow.model import Flow
from engine.flow.sameness import same_for_case
from engine.journal.fold import fold
from engine.ports.access_store import Principal
from engine.ports.case_runs import CaseRun
from engine.usecases.get_flow import view
from engine.usecases.permission import require
from engine.usecases.world import World

_GONE = "what it came to is no longer kept; run it again"


@dataclass(frozen=True, slots=True)
class LastResult:
    """The last run of a case that the draft has, with the number of the version it ran on.

    ``current``: the draft is the same for this case. ``flaws``: what was not as expected, where asked for.
    """

    run: CaseRun
    number: int | None
    current: bool
    flaws: Sequence[Flaw] = ()

    def as_json(self) -> dict[str, Any]:
        """Render for REST, in camelCase."""
        run = self.run
        return {
            "name": run.name,
            "passed": run.passed,
            "end": run.end or None,
            "executionId": run.execution or None,
            "durationMs": run.duration_ms,
            "at": iso(run.at_us),
            "version": run.version,
            "versionNumber": self.number,
            "current": self.current,
            "flaws": [flaw.as_json() for flaw in self.flaws],
        }


def last_verdicts(world: World, actor: Principal, flow_id: str) -> list[LastResult]:
    """The last run of each case of the draft, in the order of the cases, without what was wrong; cases that
    never ran are left out. Raises :class:`UnknownObject`."""
    require(world, actor, "flows:read", f"flows/{flow_id}")
    found = view(world, actor.subnet, flow_id)
    runs = world.case_runs.of(actor.subnet, flow_id)
    named = [runs[case["name"]] for case in found.flow.tests if case["name"] in runs]
    numbers = {one.version: one.number for one in world.flows.history(actor.subnet, flow_id)}
    ran = _versions(world, actor.subnet, named)
    return [
        LastResult(run, numbers.get(run.version), _same(ran.get(run.version), found.flow, run.name))
        for run in named
    ]


def last_results(world: World, actor: Principal, flow_id: str) -> list[LastResult]:
    """The same with the flaws of what failed, judged anew from what the executions left."""
    require(world, actor, "executions:read", f"flows/{flow_id}")
    found = last_verdicts(world, actor, flow_id)
    return [one if one.run.passed else replace(one, flaws=_flaws(world, actor, one.run)) for one in found]


def _versions(world: World, subnet: str, runs: Sequence[CaseRun]) -> Mapping[str, Flow]:
    found = {}
    for version in {run.version for run in runs}:
        try:
            found[version] = world.flows.version(subnet, version)
        except UnknownObject:
            continue
    return found


def _same(ran: Flow | None, draft: Flow, name: str) -> bool:
    return ran is not None and (ran.version == draft.version or same_for_case(ran, draft, name))


def _flaws(world: World, actor: Principal, run: CaseRun) -> list[Flaw]:
    """What was wrong, as the journal told when the case was judged."""
    if not run.execution:
        return [Flaw("start", "it could not begin; run it again to see why")]
    try:
        plan = world.plans.get(actor.subnet, run.version)
        case = case_of(plan.flow, run.name)
        _, entries = world.journal.load(run.execution)
        state = fold(plan, [one.fact for one in entries if one.sequence <= run.sequence])
    except (UnknownObject, ContentErased, CorruptData):
        return [Flaw("start", _GONE)]
    if case is None:
        return [Flaw("start", _GONE)]
    judge = Judge(world.worker.services, plan, case, state, run.execution)
    return judge.flaws(world.policy.of(actor.subnet))
