"""What is left of a deleted subnet in the database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps
from django.db import connections

from engine.base.errors import ContentErased, UnknownObject, WrongState
from engine.ports.journal_store import Commit
from engine.storage.access import DjangoAccessStore
from engine.storage.subnet_erasure import ERASED, KEPT
from engine.testing.memory_keys import memory_cipher
from tests.engine.storage.test_at_rest import MARK, fill, rows_with
from tests.engine.storage.test_tables import NODE_WIDE


def test_every_table_of_a_tenant_is_erased_or_kept_on_purpose() -> None:
    models: list[Any] = list(apps.get_app_config("engine").get_models())
    tables = {one._meta.db_table for one in models if one.__name__ not in NODE_WIDE}
    assert tables == {f"engine_{name}" for name in (*ERASED, *KEPT)}
    assert not set(ERASED) & set(KEPT)


@pytest.mark.parametrize("mark", [MARK])
def test_hashes_and_the_id_stay_and_contents_go(database: str, mark: str) -> None:
    access = DjangoAccessStore(database)
    access.create_subnet("alpha", mark, 1)
    access.create_subnet("beta", "Beta", 1)
    journal = fill(database, memory_cipher(), mark)
    hashes = _hashes(database)
    access.erase_subnet("alpha", 5)
    assert rows_with(database, mark) == []
    assert _hashes(database) == hashes
    assert hashes
    assert journal.header("exe_1").head == hashes[-1].hex()
    with pytest.raises(ContentErased):
        journal.load("exe_1")
    with pytest.raises(UnknownObject):
        access.subnet("alpha")
    with pytest.raises(WrongState, match="was one"):
        access.create_subnet("alpha", "Again", 9)
    assert access.policy_document("beta")[0] == 1


def test_nothing_is_erased_while_an_execution_is_alive(database: str) -> None:
    access = DjangoAccessStore(database)
    access.create_subnet("alpha", "Alpha", 1)
    journal = fill(database, memory_cipher())
    ended = journal.header("exe_1")
    alive = replace(ended, status=type(ended.status)("waiting"))
    journal.commit(Commit(alive, ended.sequence, ()), "me")
    with pytest.raises(WrongState, match="1 executions"):
        access.erase_subnet("alpha", 5)
    assert journal.load("exe_1")[1]


def _hashes(alias: str) -> list[bytes]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT hash FROM engine_journal_entry ORDER BY execution, sequence")
        return [bytes(row[0]) for row in cursor.fetchall()]
