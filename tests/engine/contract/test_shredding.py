"""The contract of shredding: contents are gone for good, hashes and proof stay."""

from __future__ import annotations

from typing import Any

import pytest

from engine.audit.verifier.chain import link
from engine.base.errors import ContentErased, UnknownObject, WrongState
from engine.journal.state import Status
from engine.ports.journal_store import ExecutionQuery, Posted
from engine.storage.journal import DjangoJournalStore
from engine.testing.memory_journal import MemoryJournal
from engine.testing.memory_keys import memory_cipher
from tests.engine.contract.samples import completed, creation, started


@pytest.fixture
def sealed_journal(alias: str | None) -> Any:
    """A journal store that seals."""
    return MemoryJournal() if alias is None else DjangoJournalStore(alias, cipher=memory_cipher())


class TestShredding:
    """An ended execution, with and without its contents."""

    def test_contents_are_gone_and_the_header_stays(self, sealed_journal: Any) -> None:
        sealed_journal.create(
            creation("exe_1", started(), completed(), status=Status.FAILED, error={"message": "boom"})
        )
        assert sealed_journal.header("exe_1").error == {"message": "boom"}
        head = sealed_journal.load("exe_1")[0].head
        sealed_journal.shred("exe_1")
        sealed_journal.shred("exe_1")
        header = sealed_journal.header("exe_1")
        assert (header.head, header.sequence, header.status) == (head, 2, Status.FAILED)
        assert header.error is None
        assert sealed_journal.list(ExecutionQuery("alpha")) == [header]
        with pytest.raises(ContentErased, match="exe_1"):
            sealed_journal.load("exe_1")

    def test_nothing_can_be_posted_any_more(self, sealed_journal: Any) -> None:
        sealed_journal.create(creation("exe_1", status=Status.COMPLETED))
        sealed_journal.post(Posted("s1", "exe_1", "event", {"a": 1}))
        sealed_journal.shred("exe_1")
        assert not sealed_journal.post(Posted("s2", "exe_1", "event", {"a": 1}))
        assert sealed_journal.inbox("exe_1") == []

    def test_what_lives_is_not_shredded(self, sealed_journal: Any) -> None:
        sealed_journal.create(creation("exe_1", status=Status.WAITING))
        with pytest.raises(WrongState, match="before you shred it"):
            sealed_journal.shred("exe_1")
        with pytest.raises(UnknownObject):
            sealed_journal.shred("exe_2")
        assert len(sealed_journal.load("exe_1")[1]) == 1

    def test_others_are_untouched(self, sealed_journal: Any) -> None:
        for id in ("exe_1", "exe_2"):
            sealed_journal.create(creation(id, status=Status.COMPLETED))
        sealed_journal.shred("exe_1")
        assert len(sealed_journal.load("exe_2")[1]) == 1


def test_the_chain_still_verifies_from_what_is_left(database: str) -> None:
    from django.db import connections

    journal = DjangoJournalStore(database, cipher=memory_cipher())
    journal.create(creation("exe_1", started(), completed(), completed(2), status=Status.COMPLETED))
    journal.shred("exe_1")
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT payload, digest, hash FROM engine_journal_entry ORDER BY sequence")
        rows = [[bytes(value or b"") for value in row] for row in cursor.fetchall()]
    previous = b""
    for payload, digest, hash in rows:
        assert payload == b""
        previous = link(previous, digest)
        assert previous == hash
    assert previous.hex() == journal.header("exe_1").head
