"""What is left of a budget, by the records of usage."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.execution.budgets import RECOUNT_US, Budgets, lines
from engine.journal.usage import Amounts, day_of
from engine.ports.policy import Budget, Policy
from engine.ports.usage import UsageDay
from engine.testing.clock import FakeClock

USED = Amounts(executions=3, steps=5, cpu_us=2_500_000, egress_bytes=1_000)


class Records:
    """A :class:`UsageStore` with one day in it; counts how often it was read."""

    def __init__(self, clock: FakeClock, used: Amounts = USED) -> None:
        self.used, self.day, self.reads = used, day_of(clock.now_us()), 0

    def days(self, subnet: str, first: str, last: str) -> Sequence[UsageDay]:
        self.reads += 1
        return [UsageDay(self.day, self.used)] if first <= self.day <= last else []

    def note_stored(self, subnet: str, day: str) -> UsageDay:
        return UsageDay(day)

    def rebuild(self, subnet: str) -> int:
        return 0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.mark.parametrize(
    ("budget", "spent"),
    [
        (Budget(steps=6, cpu_seconds=3, egress_bytes=1_001), None),
        (Budget(steps=5), "steps"),
        (Budget(cpu_seconds=2), "cpuSeconds"),
        (Budget(egress_bytes=1_000), "egressBytes"),
        (Budget(egress_bytes=0), "egressBytes"),
        (Budget(executions=1), None),
    ],
)
def test_a_budget_is_spent_where_one_part_of_it_is(
    clock: FakeClock, budget: Budget, spent: str | None
) -> None:
    line = Budgets(Records(clock), clock).spent(Policy("acme", budget=budget))
    assert (line.name if line else None) == spent


def test_the_finding_says_what_was_used_and_when_it_goes_on(clock: FakeClock) -> None:
    finding = Budgets(Records(clock), clock).finding(Policy("acme", budget=Budget(cpu_seconds=2)))
    assert finding is not None
    assert finding.waits
    assert "used 2.5 of 2 cpuSeconds today" in finding.message
    assert "go on tomorrow" in finding.message


def test_the_records_are_read_at_most_once_a_second_and_never_without_a_budget(clock: FakeClock) -> None:
    records = Records(clock)
    budgets, policy = Budgets(records, clock), Policy("acme", budget=Budget(steps=6))
    assert budgets.spent(Policy("acme")) is None
    assert records.reads == 0
    for _ in range(3):
        assert budgets.spent(policy) is None
    records.used = Amounts(steps=6)
    assert (records.reads, budgets.spent(policy)) == (1, None)
    clock.advance_ms(RECOUNT_US / 1_000)
    assert budgets.spent(policy) is not None


def test_a_new_day_begins_anew(clock: FakeClock) -> None:
    budgets, policy = Budgets(Records(clock), clock), Policy("acme", budget=Budget(steps=5))
    assert budgets.spent(policy) is not None
    clock.advance_ms(86_400_000)
    assert budgets.spent(policy) is None


def test_what_was_used_stands_beside_what_may_be(clock: FakeClock) -> None:
    found = {line.name: (line.used, line.most) for line in lines(Budget(executions=9), USED)}
    assert found == {
        "executions": (3, 9),
        "steps": (5, None),
        "cpuSeconds": (2.5, None),
        "egressBytes": (1_000, None),
    }
