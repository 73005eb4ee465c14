"""What an execution used, day by day, as its facts tell it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from operator import add

from engine.base.record import record
from engine.journal.facts import ExecutionStarted, Fact, SignalReceived, StepCompleted, StepFailed


@record
class Amounts:
    """Sums. ``cpu_us`` is the time that guests ran, ``memory_kib_ms`` their peak memory times that time;
    ``egress_bytes`` is what steps sent and received over the network."""

    executions: int = 0
    webhook_calls: int = 0
    steps: int = 0
    fuel: int = 0
    cpu_us: int = 0
    memory_kib_ms: int = 0
    egress_bytes: int = 0

    def plus(self, other: Amounts) -> Amounts:
        """Both together."""
        return Amounts(
            self.executions + other.executions,
            self.webhook_calls + other.webhook_calls,
            self.steps + other.steps,
            self.fuel + other.fuel,
            self.cpu_us + other.cpu_us,
            self.memory_kib_ms + other.memory_kib_ms,
            self.egress_bytes + other.egress_bytes,
        )


NOTHING = Amounts()
_DAY_US = 86_400_000_000


def used_by_day(facts: Iterable[Fact]) -> dict[str, Amounts]:
    """The amounts of each day, named as ``2026-01-31`` (UTC). The same facts always give the same amounts,
    and parts of a journal give parts of its sum."""
    days: dict[str, list[int]] = {}
    for fact in facts:
        used = _used(fact)
        if used is not None:
            sums = days.get(day := day_of(fact.at_us))
            days[day] = list(used) if sums is None else [*map(add, sums, used)]
    return {day: Amounts(*sums) for day, sums in days.items()}


def day_of(at_us: int) -> str:
    """The day of a time, UTC."""
    return _named(at_us // _DAY_US)


@lru_cache(maxsize=64)
def _named(day: int) -> str:
    """The name of a day, counted from 1970-01-01."""
    return datetime.fromtimestamp(day * _DAY_US // 1_000_000, UTC).date().isoformat()


_Sums = tuple[int, int, int, int, int, int, int]
"""The fields of :class:`Amounts` in their order."""


def _used(fact: Fact) -> _Sums | None:
    if isinstance(fact, StepCompleted | StepFailed):
        return _finished(fact)
    if isinstance(fact, ExecutionStarted):
        return (1, int(fact.trigger_type == "webhook"), 0, 0, 0, 0, 0)
    if isinstance(fact, SignalReceived) and fact.kind == "webhook":
        return (0, 1, 0, 0, 0, 0, 0)
    return None


def _finished(fact: StepCompleted | StepFailed) -> _Sums:
    used = fact.usage
    if not used:
        return (0, 0, 1, fact.fuel, 0, 0, 0)
    cpu_us = used.get("wall_us", 0)
    memory = used.get("memory_bytes", 0) * cpu_us // 1_024_000
    return (0, 0, 1, fact.fuel, cpu_us, memory, used.get("egress_bytes", 0))
