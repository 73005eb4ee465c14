"""The contract of the store of DAOs, in memory and in the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.api import StaleRevision, UnknownObject, WrongState
from governance.domain.log import SignedEntry
from governance.store import DjangoDaoStore, Known
from tests.conftest import POSTGRESQL, empty_database
from tests.governance.memory_store import MemoryDaoStore


@pytest.fixture(params=["memory", "sqlite", POSTGRESQL])
def store(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryDaoStore()
    else:
        for alias in empty_database(request, request.param):
            yield DjangoDaoStore(alias)


def entry(text: str) -> SignedEntry:
    return SignedEntry(text.encode(), "node", "key", b"mark")


def test_a_subnet_has_one_dao(store: Any) -> None:
    known = Known("dao1", "acme", "Acme", 5)
    store.create(known, entry("first"))
    assert store.of_subnet("acme") == known
    with pytest.raises(WrongState, match="has a DAO already"):
        store.create(Known("dao2", "acme", "Other", 6), entry("other"))
    with pytest.raises(UnknownObject, match="has no DAO"):
        store.of_subnet("elsewhere")
    store.create(Known("dao3", "other", "Other", 4), entry("first"))
    assert [one.id for one in store.all()] == ["dao3", "dao1"]


def test_each_place_of_a_log_is_taken_once(store: Any) -> None:
    store.create(Known("dao1", "acme", "Acme", 5), entry("0"))
    store.append("dao1", 1, entry("1"))
    with pytest.raises(StaleRevision):
        store.append("dao1", 1, entry("another"))
    assert store.entries("dao1") == [entry("0"), entry("1")]
    assert store.entries("dao1", 0) == [entry("1")]
    assert store.entries("dao1", 1) == []
    assert store.entries("nowhere") == []


def test_an_erased_dao_leaves_nothing_and_others_stay(store: Any) -> None:
    store.create(Known("dao1", "acme", "Acme", 5), entry("0"))
    store.create(Known("dao2", "other", "Other", 6), entry("first"))
    store.append("dao1", 1, entry("1"))
    store.erase("dao1")
    store.erase("dao1")
    assert [one.id for one in store.all()] == ["dao2"]
    assert (store.entries("dao1"), store.entries("dao2")) == ([], [entry("first")])
    store.create(Known("dao3", "acme", "Acme", 7), entry("again"))
