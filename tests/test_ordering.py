"""Slow tests come first on each worker, and none is lost or doubled."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.ordering import dealt


@dataclass(frozen=True)
class Item:
    nodeid: str
    slow: bool

    def get_closest_marker(self, name: str) -> object:
        return self if self.slow and name == "slow" else None


QUICK = [Item(f"tests/test_quick.py::test_{number}", False) for number in range(40)]
SLOW = [Item(f"tests/{place}.py::test_{number}", True) for place in "abcd" for number in range(3)]


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_no_test_is_lost_or_doubled(workers):
    items = [*QUICK[:20], *SLOW, *QUICK[20:]]
    assert sorted(map(id, dealt(items, workers))) == sorted(map(id, items))


def test_each_worker_begins_with_slow_ones_and_ends_with_quick_ones():
    order = dealt([*QUICK, *SLOW], 2)
    for stretch in (order[:26], order[26:]):
        assert [item.slow for item in stretch] == [True] * 6 + [False] * 20


def test_slow_tests_of_a_module_stay_together():
    order = [item.nodeid for item in dealt([*QUICK, *SLOW], 2) if item.slow]
    modules = [name.partition("::")[0] for name in order]
    assert modules == [module for module in dict.fromkeys(modules) for _ in range(3)]


def test_more_slow_tests_than_a_stretch_holds_are_kept():
    items = [*SLOW, *QUICK[:2]]
    assert len(dealt(items, 5)) == len(items)
