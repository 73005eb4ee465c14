"""Budgets of subnets: what all their executions together may use on a day, as the policy says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.journal.usage import NOTHING, Amounts, day_of
from engine.ports.clock import Clock
from engine.ports.policy import NO_BUDGET, Budget, Policy
from engine.ports.usage import UsageStore
from engine.validation.operation import Finding, Stage

RECOUNT_US = 1_000_000
"""How old what was read of the records may be."""

_USED: Mapping[str, tuple[str, Callable[[Amounts], float]]] = {
    "executions": ("executions", lambda used: used.executions),
    "steps": ("steps", lambda used: used.steps),
    "cpu_seconds": ("cpuSeconds", lambda used: used.cpu_us / 1e6),
    "egress_bytes": ("egressBytes", lambda used: used.egress_bytes),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a budget: its name in documents, what was used of it today and the most; None: no bound."""

    name: str
    used: float
    most: int | None

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self.most is not None and self.used >= self.most


def lines(budget: Budget, used: Amounts) -> list[Line]:
    """A budget beside what was used."""
    return [Line(name, amount(used), getattr(budget, field)) for field, (name, amount) in _USED.items()]


class Budgets:
    """What is left of the budgets, by the records of usage; thread-safe. What is under way is on record when
    its step has ended, so that steps side by side may use more than is left."""

    def __init__(self, usage: UsageStore, clock: Clock) -> None:
        self._usage, self._clock = usage, clock
        self._read: dict[str, tuple[str, int, Amounts]] = {}  # day, until when (monotonic), used
        self._lock = threading.Lock()

    def spent(self, policy: Policy) -> Line | None:
        """The first part of a subnet's budget of which nothing is left. How many executions there were is no
        matter here: who starts them counts them."""
        if policy.budget is NO_BUDGET or policy.budget == NO_BUDGET:
            return None
        found = lines(policy.budget, self.used(policy.subnet))
        return next((line for line in found if line.spent and line.name != "executions"), None)

    def finding(self, policy: Policy) -> Finding | None:
        """Why no step of the subnet begins now; None where nothing is in the way."""
        line = self.spent(policy)
        if line is None:
            return None
        why = f"it used {line.used:g} of {line.most} {line.name} today (UTC)"
        remedy = "its executions go on tomorrow, or when its members change the budget"
        return Finding(
            Stage.QONSENT, "budget_spent", f"the budget of subnet {policy.subnet!r}", why, remedy, waits=True
        )

    def used(self, subnet: str) -> Amounts:
        """What the subnet used today."""
        now_us, day = self._clock.monotonic_us(), day_of(self._clock.now_us())
        with self._lock:
            known = self._read.get(subnet)
        if known is None or known[0] != day or now_us >= known[1]:
            days = self._usage.days(subnet, day, day)
            known = (day, now_us + RECOUNT_US, days[0].amounts if days else NOTHING)
            with self._lock:
                self._read[subnet] = known
        return known[2]
