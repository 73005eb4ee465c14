"""The contract of what stands behind capability tokens: the audit, revocations, and values of flows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import ResourceExhausted, StaleRevision
from engine.ports.capabilities import CapabilityUse, Kept, UseQuery
from engine.storage.capability_uses import REVOCATIONS_KEPT_US, DjangoCapabilityStore
from engine.storage.flow_values import DjangoFlowValues
from engine.testing.memory_capabilities import MemoryCapabilityStore, MemoryFlowValues
from tests.databases import in_threads

USE = CapabilityUse(
    id="use_1",
    subnet="alpha",
    execution="exe_1",
    step="fetch",
    run=0,
    attempt=1,
    token="cap_1",
    operation="http",
    arguments={"method": "GET", "host": "a.example", "port": 443},
    allowed=True,
    reason="grant 0",
    at_us=5,
)


@pytest.fixture
def store(alias: str | None) -> Any:
    """A capability store."""
    return MemoryCapabilityStore() if alias is None else DjangoCapabilityStore(alias)


@pytest.fixture
def values(alias: str | None) -> Any:
    """A key-value store with little room."""
    if alias is None:
        return MemoryFlowValues(keys_max=4, bytes_max=130)
    return DjangoFlowValues(alias, keys_max=4, bytes_max=130)


class TestUses:
    """One record a use."""

    def test_a_use_is_read_back_as_it_was(self, store: Any) -> None:
        store.record(USE)
        denied = replace(USE, id="use_2", allowed=False, reason="not-granted", token="")
        store.record(denied)
        assert list(store.uses(UseQuery("alpha"))) == [denied, USE]

    def test_uses_are_found_by_what_they_are_about(self, store: Any) -> None:
        for number in range(6):
            store.record(
                replace(
                    USE,
                    id=f"use_{number}",
                    subnet="beta" if number == 5 else "alpha",
                    execution=f"exe_{number % 2}",
                    token=f"cap_{number % 3}",
                    allowed=number % 2 == 0,
                )
            )

        def found(**query: Any) -> list[str]:
            return [use.id[-1] for use in store.uses(UseQuery("alpha", **query))]

        assert found() == ["4", "3", "2", "1", "0"]
        assert found(limit=2) == ["4", "3"]
        assert found(before="use_3") == ["2", "1", "0"]
        assert found(execution="exe_1") == ["3", "1"]
        assert found(token="cap_0") == ["3", "0"]
        assert found(allowed=False) == ["3", "1"]

    def test_uses_are_forgotten_with_their_execution(self, store: Any) -> None:
        store.record(USE)
        store.record(replace(USE, id="use_2", execution="exe_2"))
        assert store.forget("exe_1") == 1
        assert store.forget("exe_1") == 0
        assert [use.execution for use in store.uses(UseQuery("alpha"))] == ["exe_2"]


class TestRevocations:
    """What was revoked is known to every process."""

    def test_revoking_twice_is_revoking_once(self, store: Any) -> None:
        store.revoke("alpha", "cap_1", "leaked", 10)
        store.revoke("alpha", "cap_1", "leaked again", 20)
        store.revoke("beta", "cap_1", "other", 30)
        assert store.revoked(0) == {("alpha", "cap_1"), ("beta", "cap_1")}
        assert store.revoked(11) == {("beta", "cap_1")}
        assert store.revoked(31) == frozenset()


class TestValues:
    """Values of a flow, by key and revision."""

    def test_a_value_has_a_revision(self, values: Any) -> None:
        assert values.get("alpha", "f", "k") is None
        assert values.put("alpha", "f", "k", {"n": 1}, None, 1) == 1
        assert values.put("alpha", "f", "k", b"\x00", None, 2) == 2
        assert values.get("alpha", "f", "k") == Kept(b"\x00", 2)
        assert values.get("beta", "f", "k") is None
        assert values.get("alpha", "g", "k") is None

    def test_only_what_was_expected_is_replaced(self, values: Any) -> None:
        with pytest.raises(StaleRevision):
            values.put("alpha", "f", "k", 1, 1, 1)
        assert values.put("alpha", "f", "k", 1, 0, 1) == 1
        with pytest.raises(StaleRevision) as caught:
            values.put("alpha", "f", "k", 2, 0, 1)
        assert caught.value.details["revision"] == 1
        assert values.put("alpha", "f", "k", 2, 1, 1) == 2
        with pytest.raises(StaleRevision):
            values.delete("alpha", "f", "k", 1)
        assert values.delete("alpha", "f", "k", 2) is True
        assert values.delete("alpha", "f", "k", None) is False
        assert values.get("alpha", "f", "k") is None

    def test_of_many_who_create_a_key_one_wins(self, values: Any) -> None:
        results = in_threads(4, lambda n: values.put("alpha", "f", "k", n, 0, 1))
        assert sum(result == 1 for result in results) == 1
        assert sum(isinstance(result, StaleRevision) for result in results) == 3

    def test_counters_lose_no_step(self, values: Any) -> None:
        def count(_: int) -> None:
            for _ in range(5):
                while True:
                    kept = values.get("alpha", "f", "n") or Kept(0, 0)
                    try:
                        values.put("alpha", "f", "n", kept.value + 1, kept.revision, 1)
                        break
                    except StaleRevision:
                        continue

        in_threads(3, count)
        assert values.get("alpha", "f", "n") == Kept(15, 15)

    def test_keys_are_listed_by_prefix_in_order(self, values: Any) -> None:
        for key in ("b/2", "a", "b/10", "b"):
            values.put("alpha", "f", key, 1, None, 1)
        assert list(values.keys("alpha", "f", "", "", 10)) == ["a", "b", "b/10", "b/2"]
        assert list(values.keys("alpha", "f", "b/", "", 10)) == ["b/10", "b/2"]
        assert list(values.keys("alpha", "f", "b", "b", 1)) == ["b/10"]
        assert list(values.keys("alpha", "f", "%", "", 10)) == []
        assert list(values.keys("beta", "f", "", "", 10)) == []

    def test_a_flow_has_only_so_much_room(self, values: Any) -> None:
        for key in "abcd":
            values.put("alpha", "f", key, 1, None, 1)
        with pytest.raises(ResourceExhausted, match="4 values"):
            values.put("alpha", "f", "e", 1, None, 1)
        values.put("alpha", "g", "e", 1, None, 1)
        with pytest.raises(ResourceExhausted, match="130"):
            values.put("alpha", "f", "a", "x" * 120, None, 1)
        assert values.get("alpha", "f", "a") == Kept(1, 1)
        values.put("alpha", "f", "a", "x" * 90, None, 1)
        values.put("alpha", "f", "a", "y" * 90, None, 1)


def test_uses_of_executions_that_are_no_more_are_swept(database: str) -> None:
    from engine.storage.journal import DjangoJournalStore
    from tests.engine.contract.samples import header

    journal, store = DjangoJournalStore(database), DjangoCapabilityStore(database, sweep_every=3)
    from engine.ports.journal_store import Commit

    journal.create(Commit(header("exe_1"), 0, ()))
    store.record(USE)
    store.record(replace(USE, id="use_2", execution="exe_gone"))
    store.record(replace(USE, id="use_3"))
    assert [use.id for use in store.uses(UseQuery("alpha"))] == ["use_3", "use_1"]


def test_old_revocations_are_deleted(database: str) -> None:
    store = DjangoCapabilityStore(database)
    store.revoke("alpha", "old", "", 1)
    store.revoke("alpha", "new", "", REVOCATIONS_KEPT_US + 2)
    assert store.revoked(0) == {("alpha", "new")}
