"""The contract of the store of wrapped keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.journal.state import Status
from engine.ports.cipher import ExecutionKey, KeyRecord, execution_place
from engine.storage.journal import DjangoJournalStore
from engine.storage.keys import DjangoKeyStore
from engine.testing.memory_keys import MemoryKeys, memory_cipher
from tests.databases import in_threads
from tests.engine.contract.samples import creation

FIRST = KeyRecord("alpha", "", 1, b"wrapped", 10)


@pytest.fixture
def keys(alias: str | None) -> Any:
    """A key store."""
    return MemoryKeys() if alias is None else DjangoKeyStore(alias)


class TestKeys:
    """Wrapped keys by subnet, class and version."""

    def test_a_key_is_found_by_subnet_and_class(self, keys: Any) -> None:
        other = KeyRecord("alpha", "values", 1, b"other", 20)
        assert keys.add(FIRST)
        assert keys.add(other)
        assert keys.records("alpha", "") == [FIRST]
        assert keys.records("beta", "") == []
        assert keys.every() == [FIRST, other]

    def test_a_version_is_stored_once(self, keys: Any) -> None:
        assert keys.add(FIRST)
        assert not keys.add(replace(FIRST, wrapped=b"another"))
        assert keys.records("alpha", "") == [FIRST]

    def test_a_new_version_retires_those_before_it(self, keys: Any) -> None:
        keys.add(FIRST)
        keys.add(replace(FIRST, version=2, created_us=30))
        keys.add(replace(FIRST, version=3, created_us=40))
        assert [record.retired_us for record in keys.records("alpha", "")] == [30, 40, None]

    def test_a_wrapping_is_exchanged_only_for_what_was_seen(self, keys: Any) -> None:
        keys.add(FIRST)
        assert keys.replace(FIRST, b"again")
        assert not keys.replace(FIRST, b"too late")
        assert keys.records("alpha", "")[0].wrapped == b"again"

    def test_a_destroyed_key_is_gone(self, keys: Any) -> None:
        keys.add(FIRST)
        keys.destroy(FIRST)
        keys.destroy(FIRST)
        assert keys.every() == []


def test_of_many_that_make_a_key_one_wins(database: str) -> None:
    keys = DjangoKeyStore(database)
    added = in_threads(4, lambda number: keys.add(replace(FIRST, wrapped=bytes([number]))))
    assert sorted(added) == [False, False, False, True]


def test_keys_of_executions_are_listed_and_exchanged(database: str) -> None:
    cipher, keys = memory_cipher(), DjangoKeyStore(database)
    journal = DjangoJournalStore(database, cipher=cipher)
    for id in ("exe_1", "exe_2", "exe_3"):
        journal.create(creation(id, status=Status.COMPLETED))
    journal.shred("exe_2")
    first, third = keys.execution_keys("", 10)
    assert (first.execution, third.execution) == ("exe_1", "exe_3")
    assert keys.execution_keys("exe_1", 1) == [third]
    assert cipher.unwrap("alpha", first.wrapped, execution_place("alpha", "exe_1"))
    assert not keys.replace_execution_key(replace(first, wrapped=b"stale"), b"new")
    assert keys.replace_execution_key(first, b"new")
    assert keys.execution_keys("", 1) == [ExecutionKey("exe_1", "alpha", b"new")]
