"""The contract of the violation store: violations are kept, found and counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.ports.violations import Violation, ViolationQuery
from engine.storage.violations import DjangoViolationStore
from engine.testing.memory_violations import MemoryViolations

VIOLATION = Violation(
    id="vio_1",
    subnet="alpha",
    flow="orders",
    execution="exe_1",
    step="count",
    run=0,
    attempt=1,
    actor="alice",
    code="bafy",
    limit="time",
    message="the code ran longer than its deadline\x00",
    at_us=10,
)


@pytest.fixture
def store(alias: str | None) -> Any:
    """A store that keeps five violations of a subnet."""
    return MemoryViolations(kept_max=5) if alias is None else DjangoViolationStore(alias, kept_max=5)


class TestViolations:
    """One record each time a limit is crossed."""

    def test_violations_are_listed_newest_first_by_what_they_are_about(self, store: Any) -> None:
        clean = replace(VIOLATION, message="stopped")
        other = replace(clean, id="vio_2", flow="bills", code="", actor="bob", limit="memory")
        for one in (clean, other, replace(clean, id="vio_3", subnet="beta")):
            store.record(one)
        assert list(store.violations(ViolationQuery("alpha"))) == [other, clean]
        assert list(store.violations(ViolationQuery("alpha", flow="orders"))) == [clean]
        assert list(store.violations(ViolationQuery("alpha", code="bafy"))) == [clean]
        assert list(store.violations(ViolationQuery("alpha", actor="bob"))) == [other]
        assert list(store.violations(ViolationQuery("alpha", before="vio_2"))) == [clean]
        assert list(store.violations(ViolationQuery("alpha", limit=1))) == [other]

    def test_a_message_that_no_database_can_hold_is_kept_all_the_same(self, store: Any) -> None:
        store.record(VIOLATION)
        assert store.violations(ViolationQuery("alpha"))[0].message.startswith("the code ran longer")

    def test_they_are_counted_by_actor_flow_and_code_since_a_time(self, store: Any) -> None:
        for number in range(4):
            store.record(replace(VIOLATION, id=f"vio_{number}", message="", at_us=10 + number))
        store.record(replace(VIOLATION, id="vio_9", message="", flow="bills", code="other", at_us=20))
        assert store.count("alpha", "flow", "orders", 0) == 4
        assert store.count("alpha", "code", "bafy", 11) == 2
        assert store.count("alpha", "actor", "alice", 0) == 5
        assert store.count("beta", "flow", "orders", 0) == 0

    def test_the_oldest_of_a_subnet_make_room_and_nobody_elses(self, store: Any) -> None:
        store.record(replace(VIOLATION, id="vio_0", message="", subnet="beta"))
        for number in range(8):
            store.record(replace(VIOLATION, id=f"vio_{number + 1}", message=""))
        kept = [one.id for one in store.violations(ViolationQuery("alpha"))]
        assert kept == ["vio_8", "vio_7", "vio_6", "vio_5", "vio_4"]
        assert len(store.violations(ViolationQuery("beta"))) == 1
