"""Places for executions that run, counted now and then."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.execution.places import RECOUNT_US, Places
from engine.testing.clock import FakeClock


class Journal:
    """Knows how many run, and how often it was asked."""

    def __init__(self) -> None:
        self.run, self.asked = Counter[str](), 0

    def running(self, subnet: str) -> int:
        self.asked += 1
        return self.run[subnet]


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def places(journal: Journal, clock: FakeClock) -> Places:
    return Places(journal, clock)  # type: ignore[arg-type]


def test_starts_are_added_without_counting_until_the_count_is_old(places, journal, clock):
    assert all(places.take("alpha", 10) for _ in range(5))
    assert journal.asked == 1
    clock.advance_ms(RECOUNT_US / 1000)
    assert places.take("alpha", 10)
    assert journal.asked == 2


def test_nobody_is_refused_by_an_old_count(places, journal):
    assert places.take("alpha", 2)
    assert places.take("alpha", 2)
    assert places.take("alpha", 2)  # those before have ended: the journal knows of none
    assert journal.asked == 2


def test_a_full_subnet_refuses_and_others_do_not(places, journal):
    journal.run["alpha"] = 3
    assert not places.take("alpha", 3)
    assert places.take("beta", 3)
    journal.run["alpha"] = 2
    assert places.take("alpha", 3)
