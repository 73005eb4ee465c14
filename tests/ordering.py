"""In which order the tests run on several workers: long ones first, so that none is alone at the end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import pytest

SECONDS = {
    "tests/faults/test_kill.py": 500,
    "tests/isolation": 120,
    "tests/governance/test_real_node.py": 120,
    "tests/browser/test_editor.py": 100,
    "tests/browser/test_governance.py": 90,
    "tests/faults/test_broker.py": 90,
    "tests/browser/test_keys.py": 80,
    "tests/browser/test_permissions.py": 80,
    "tests/engine/sandbox/test_python_preparation.py": 60,
}
"""How long tests that share what is expensive take together, roughly; others take what their number says."""
SECONDS_A_TEST = 5


def dealt(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests, so that each worker begins with its share of the slow ones and ends with quick ones, of
    which others can take over as many as they like.

    pytest-xdist first gives each worker one stretch of the tests, and all stretches are equally long.
    """
    shares: list[list[pytest.Item]] = [[] for _ in range(workers)]
    loads = [0] * workers
    for seconds, group in _groups(items):
        least = loads.index(min(loads))
        shares[least] += group
        loads[least] += seconds
    quick = iter([item for item in items if not _slow(item)])
    order: list[pytest.Item] = []
    for number, share in enumerate(shares):
        room = (len(items) - len(order)) // (workers - number)
        order += [*share, *islice(quick, max(0, room - len(share)))]
    return [*order, *quick]


def _groups(items: Sequence[pytest.Item]) -> list[tuple[int, list[pytest.Item]]]:
    """Seconds and tests of each place that has slow ones; the longest first."""
    groups: dict[str, list[pytest.Item]] = {}
    for item in filter(_slow, items):
        module = item.nodeid.partition("::")[0]
        folder = module.rpartition("/")[0]
        groups.setdefault(folder if folder in SECONDS else module, []).append(item)
    weighed = [(SECONDS.get(place, SECONDS_A_TEST * len(found)), found) for place, found in groups.items()]
    return sorted(weighed, key=lambda one: -one[0])


def _slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None
