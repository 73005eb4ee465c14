"""What facts tell of usage."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.journal.facts import SignalReceived, StepFailed
from engine.journal.usage import NOTHING, Amounts, used_by_day
from tests.engine.contract.samples import completed, started

DAY_US = 86_400_000_000

FACTS = st.one_of(
    st.builds(started, st.integers(0, 3 * DAY_US)),
    st.builds(
        lambda at_us, fuel, wall: completed(at_us=at_us, fuel=fuel, usage={"wall_us": wall}),
        st.integers(0, 3 * DAY_US),
        st.integers(0, 10**9),
        st.integers(0, 10**7),
    ),
)


def total(days: dict[str, Amounts]) -> Amounts:
    found = NOTHING
    for amounts in days.values():
        found = found.plus(amounts)
    return found


def test_a_step_counts_on_the_day_it_ended() -> None:
    usage = {"wall_us": 2_000_000, "memory_bytes": 3 * 1024 * 1024, "egress_bytes": 40}
    facts = [started(DAY_US - 1), completed(at_us=DAY_US, fuel=7, usage=usage)]
    assert used_by_day(facts) == {
        "1970-01-01": Amounts(executions=1, webhook_calls=1),
        "1970-01-02": Amounts(
            steps=1, fuel=7, cpu_us=2_000_000, memory_kib_ms=3 * 1024 * 2000, egress_bytes=40
        ),
    }


def test_failed_attempts_and_calls_of_webhooks_count() -> None:
    failed: Any = StepFailed(
        at_us=5, task=1, step="a", run=0, attempt=1, error={}, action="stop", started_us=1
    )
    called = SignalReceived(at_us=6, task=1, kind="webhook")
    other = SignalReceived(at_us=6, task=1, kind="approval")
    assert total(used_by_day([failed, called, other])) == Amounts(steps=1, webhook_calls=1)


@given(st.lists(FACTS), st.integers(0, 20))
def test_parts_of_a_journal_give_parts_of_its_sum(facts: list[Any], cut: int) -> None:
    apart = total(used_by_day(facts[:cut])).plus(total(used_by_day(facts[cut:])))
    assert apart == total(used_by_day(facts))
