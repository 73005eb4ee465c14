"""What an execution used, day by day, as its facts tell it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

from engine.journal.facts import ExecutionStarted, Fact, SignalReceived, StepCompleted, StepFailed


@dataclass(frozen=True, slots=True)
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
        return Amounts(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


NOTHING = Amounts()


def used_by_day(facts: Iterable[Fact]) -> dict[str, Amounts]:
    """The amounts of each day, named as ``2026-01-31`` (UTC). The same facts always give the same amounts,
    and parts of a journal give parts of its sum."""
    days: dict[str, Amounts] = {}
    for fact in facts:
        used = _used(fact)
        if used is not NOTHING:
            day = day_of(fact.at_us)
            days[day] = days.get(day, NOTHING).plus(used)
    return days


def day_of(at_us: int) -> str:
    """The day of a time, UTC."""
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).date().isoformat()


def _used(fact: Fact) -> Amounts:
    if isinstance(fact, StepCompleted):
        return _finished(fact)
    if isinstance(fact, StepFailed):
        return _finished(fact)
    if isinstance(fact, ExecutionStarted):
        return Amounts(executions=1, webhook_calls=int(fact.trigger_type == "webhook"))
    if isinstance(fact, SignalReceived) and fact.kind == "webhook":
        return Amounts(webhook_calls=1)
    return NOTHING


def _finished(fact: StepCompleted | StepFailed) -> Amounts:
    used = fact.usage
    if not used:
        return Amounts(steps=1, fuel=fact.fuel)
    cpu_us = used.get("wall_us", 0)
    memory = used.get("memory_bytes", 0) * cpu_us // 1_024_000
    egress = used.get("egress_bytes", 0)
    return Amounts(steps=1, fuel=fact.fuel, cpu_us=cpu_us, memory_kib_ms=memory, egress_bytes=egress)
