"""The contract of the credential store: sealed, changed, kept apart and forgotten."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connections

from engine.base.errors import PayloadTooLarge, ResourceExhausted
from engine.ports.credentials import CredentialKey, CredentialRecord
from engine.storage.credentials import DjangoCredentialStore
from engine.testing.memory_credentials import MemoryCredentials
from engine.testing.memory_keys import memory_cipher

KEY = CredentialKey("note", "mine")
RECORD = CredentialRecord(
    "alpha", *KEY, hosts=("a.example", "*.b.example"), steps=("http.request",), updated_us=5, created_us=5
)


@pytest.fixture
def store(alias: str | None) -> Any:
    """A store that keeps three credentials of a subnet."""
    return (
        MemoryCredentials(most=3) if alias is None else DjangoCredentialStore(memory_cipher(), alias, most=3)
    )


class TestCredentials:
    """Type and name are the key in a subnet."""

    def test_a_placeholder_is_listed_and_holds_nothing(self, store: Any) -> None:
        store.put(RECORD, None)
        (found,) = store.records("alpha")
        assert found == replace(RECORD, revision=1)
        assert store.contents("alpha", KEY) is None

    def test_values_are_given_to_steps_and_survive_a_change_of_scope(self, store: Any) -> None:
        assert store.put(RECORD, {"word": "geheim"}).filled
        changed = store.put(replace(RECORD, hosts=(), updated_us=9, created_us=9), None)
        assert (changed.revision, changed.created_us, changed.updated_us) == (2, 5, 9)
        assert store.contents("alpha", KEY) == ({"word": "geheim"}, {})

    def test_state_is_kept_for_one_revision_and_forgotten_with_new_values(self, store: Any) -> None:
        store.put(RECORD, {"word": "geheim"})
        assert store.keep_state("alpha", KEY, {"token": "t"}, 1)
        assert store.contents("alpha", KEY).state == {"token": "t"}
        store.put(RECORD, {"word": "neu"})
        assert not store.keep_state("alpha", KEY, {"token": "old"}, 1)
        assert store.contents("alpha", KEY) == ({"word": "neu"}, {})
        assert not store.keep_state("alpha", CredentialKey("note", "other"), {}, 1)

    def test_subnets_do_not_see_each_other(self, store: Any) -> None:
        store.put(RECORD, {"word": "geheim"})
        assert store.records("beta") == []
        assert store.record("beta", KEY) is None
        assert store.contents("beta", KEY) is None
        assert not store.delete("beta", KEY)
        assert not store.keep_state("beta", KEY, {}, 1)

    def test_a_deleted_one_is_gone(self, store: Any) -> None:
        store.put(RECORD, {"word": "geheim"})
        assert store.delete("alpha", KEY)
        assert not store.delete("alpha", KEY)
        assert store.contents("alpha", KEY) is None

    def test_there_is_an_end_to_number_and_size(self, store: Any) -> None:
        for name in "abc":
            store.put(replace(RECORD, name=name), None)
        with pytest.raises(ResourceExhausted):
            store.put(RECORD, None)
        store.put(replace(RECORD, name="a"), None)
        with pytest.raises(PayloadTooLarge):
            store.put(replace(RECORD, name="a"), {"word": "x" * 70_000})

    def test_no_value_lies_open_in_the_database(self, store: Any, alias: str | None) -> None:
        if alias is None:
            pytest.skip("memory is no database")
        store.put(RECORD, {"word": "geheim"})
        store.keep_state("alpha", KEY, {"token": "verborgen"}, 1)
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT * FROM engine_credential")
            text = str(
                [bytes(v) if isinstance(v, memoryview) else v for row in cursor.fetchall() for v in row]
            )
        assert "mine" in text
        assert "geheim" not in text
        assert "verborgen" not in text
