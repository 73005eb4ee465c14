"""What a commit tells of steps and executions: the operator's measures, what guests used, what is unusual.

It is told once for all facts of a commit, since each measure costs as much as a small step does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from engine.base.errors import DatabaseUnavailable, UnknownObject
from engine.execution.guest_meter import GuestUse
from engine.execution.session import Session
from engine.journal import facts as f
from engine.ports.metrics import Metrics
from engine.validation.anomalies import Anomaly

_ENDS = (f.ExecutionCompleted, f.ExecutionFailed, f.ExecutionAborted)


def tell(session: Session, facts: Sequence[f.Fact], metrics: Metrics) -> None:
    """Tell what was committed of a session's execution."""
    kinds = _Kinds(session)
    ended = [fact for fact in facts if type(fact) is f.StepCompleted]
    failed = [fact for fact in facts if type(fact) is f.StepFailed]
    for kind, seconds in kinds.times(ended).items():
        metrics.observe("step_seconds", *seconds, type=kind)
    for one in failed:
        metrics.count("errors", type=str(one.error.get("type")), component="step")
    for last in facts[-1:]:
        if isinstance(last, _ENDS):
            took_us = last.at_us - session.state.started.at_us
            metrics.observe("execution_seconds", took_us / 1e6, status=str(session.state.status))
    _tell_guests(session, kinds.guests((*ended, *failed)))
    _watch(session, ended)


class _Kinds:
    """Facts of steps by the steps' types."""

    def __init__(self, session: Session) -> None:
        self._plan = session.plan

    def times(self, ended: Iterable[f.StepCompleted]) -> dict[str, list[float]]:
        """Seconds that steps took."""
        times: dict[str, list[float]] = defaultdict(list)
        for fact in ended:
            times[self._plan.step(fact.step).type].append((fact.at_us - fact.started_us) / 1e6)
        return times

    def guests(self, facts: Iterable[f.StepCompleted | f.StepFailed]) -> dict[str, GuestUse]:
        """What guests used, of those that ran."""
        uses: dict[str, GuestUse] = defaultdict(GuestUse)
        for fact in facts:
            wall_us = fact.usage.get("wall_us", 0)
            if wall_us:
                use = uses[self._plan.step(fact.step).type]
                use.wall_us.append(wall_us)
                use.fuel += fact.fuel
                use.host_calls += fact.usage.get("host_calls", 0)
                use.memory_bytes = max(use.memory_bytes, fact.usage.get("memory_bytes", 0))
        return uses


def _tell_guests(session: Session, uses: dict[str, GuestUse]) -> None:
    if not uses:
        return
    services = session.services
    try:
        policy = services.policy.of(session.header.subnet)
    except (DatabaseUnavailable, UnknownObject):  # the next ones tell how much is used
        return
    services.violations.meter.used(policy, uses)


def _watch(session: Session, ended: Iterable[f.StepCompleted]) -> None:
    """Learn from runs of steps, and raise the alarm where one was unusual."""
    trust, header = session.services.trust, session.header
    for fact in ended:
        items = sum([data.count for data in fact.outputs.values()])
        took_us = fact.at_us - fact.started_us
        found = trust.watch.step_ended(header.subnet, header.flow, fact.step, took_us, items)
        if found is not None:
            trust.alarmed(Anomaly(header.subnet, found, header.flow, header.id, header.actor))
