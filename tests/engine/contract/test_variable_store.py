"""The contract of the store of variables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connections

from engine.base.errors import ResourceExhausted
from engine.ports.variables import Variable
from engine.storage.variables import DjangoVariableStore
from engine.testing.memory_keys import memory_cipher
from engine.testing.memory_variables import MemoryVariables

BASE = Variable("alpha", "BASE", "https://grüße.example", 5, "alice")


@pytest.fixture
def store(alias: str | None) -> Any:
    """A store that keeps two variables of a subnet."""
    return MemoryVariables(most=2) if alias is None else DjangoVariableStore(memory_cipher(), alias, most=2)


class TestVariables:
    """A name stands for one text in a subnet."""

    def test_they_are_listed_by_name_and_changed(self, store: Any) -> None:
        store.put(BASE)
        store.put(replace(BASE, name="ALPHA", value=""))
        store.put(replace(BASE, value="new", updated_us=9))
        assert [(one.name, one.value) for one in store.all("alpha")] == [("ALPHA", ""), ("BASE", "new")]
        assert store.all("alpha")[1] == replace(BASE, value="new", updated_us=9)

    def test_subnets_do_not_see_each_other(self, store: Any) -> None:
        store.put(BASE)
        assert store.all("beta") == []
        assert not store.delete("beta", "BASE")
        assert store.all("alpha") == [BASE]

    def test_a_deleted_one_is_gone(self, store: Any) -> None:
        store.put(BASE)
        assert store.delete("alpha", "BASE")
        assert not store.delete("alpha", "BASE")
        assert store.all("alpha") == []

    def test_a_subnet_has_so_many_and_changing_one_is_no_new_one(self, store: Any) -> None:
        for name in ("A", "B", "B"):
            store.put(replace(BASE, name=name))
        with pytest.raises(ResourceExhausted, match="2 variables already"):
            store.put(replace(BASE, name="C"))
        store.put(replace(BASE, subnet="beta"))


def test_no_row_holds_a_value(database: str) -> None:
    DjangoVariableStore(memory_cipher(), database).put(BASE)
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT value FROM engine_variable")
        assert b"example" not in bytes(cursor.fetchone()[0])
