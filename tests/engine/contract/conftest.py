"""The implementations that the contracts are run against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from engine.audit.verifier.chain import digest_of, link, salt_of
from engine.storage.access import DjangoAccessStore
from engine.storage.blocks import FileBlockStore
from engine.storage.chain import Sealed
from engine.storage.flows import DjangoFlowStore
from engine.storage.ingress import DjangoSchemaStore, DjangoSeenCalls
from engine.storage.journal import DjangoJournalStore
from engine.storage.sealed_blocks import SealedBlocks
from engine.storage.search_index import DjangoSearchIndex
from engine.testing.memory_access import MemoryAccess
from engine.testing.memory_blocks import MemoryBlocks
from engine.testing.memory_flow_store import MemoryFlowStore
from engine.testing.memory_index import MemoryIndex
from engine.testing.memory_ingress import MemorySchemaStore, MemorySeenCalls
from engine.testing.memory_journal import MemoryJournal
from engine.testing.memory_keys import memory_cipher
from engine.testing.signatures import FakeSigning
from tests.conftest import POSTGRESQL, empty_database

KINDS = ["memory", "sqlite", POSTGRESQL]


@dataclass
class Tamper:
    """Changes what a journal store holds, behind its back."""

    alias: str | None
    store: Any

    def payload(self, execution: str, sequence: int, payload: bytes) -> None:
        """Replace the bytes of an entry."""
        if self.alias is None:
            stored = self.store.stored[execution]
            index = sequence - stored.base.sequence - 1
            old = stored.entries[index]
            stored.entries[index] = old._replace(payload=payload)
            return
        self._execute(
            "UPDATE engine_journal_entry SET payload = %s WHERE execution = %s AND sequence = %s",
            [payload, execution, sequence],
        )

    def forge(self, execution: str, sequence: int, payload: bytes, before: bytes) -> None:
        """Replace the bytes of an entry, its digest and its hash, given the hash before it."""
        digest = digest_of(salt_of(self.salt_key(execution), sequence), payload)
        hash = link(before, digest)
        if self.alias is None:
            stored = self.store.stored[execution]
            index = sequence - stored.base.sequence - 1
            stored.entries[index] = Sealed(sequence, payload, digest, hash)
            return
        self.payload(execution, sequence, payload)
        self._execute(
            "UPDATE engine_journal_entry SET digest = %s, hash = %s WHERE execution = %s AND sequence = %s",
            [digest, hash, execution, sequence],
        )

    def salt_key(self, execution: str) -> bytes:
        """The key of an execution's salts."""
        if self.alias is None:
            return self.store.stored[execution].salt_key
        with connections[self.alias].cursor() as cursor:
            cursor.execute("SELECT salt_key FROM engine_execution WHERE id = %s", [execution])
            return bytes(cursor.fetchone()[0])

    def erase(self, execution: str) -> None:
        """Forget the key of an execution's salts."""
        if self.alias is None:
            self.store.stored[execution].salt_key = None
            return
        self._execute("UPDATE engine_execution SET salt_key = NULL WHERE id = %s", [execution])

    def drop(self, execution: str, sequence: int) -> None:
        """Take an entry away."""
        if self.alias is None:
            stored = self.store.stored[execution]
            del stored.entries[sequence - stored.base.sequence - 1]
            return
        self._execute(
            "DELETE FROM engine_journal_entry WHERE execution = %s AND sequence = %s", [execution, sequence]
        )

    def _execute(self, sql: str, values: list[Any]) -> None:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(sql, values)
            assert cursor.rowcount == 1


@pytest.fixture(params=KINDS)
def alias(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The database to use; None for memory."""
    if request.param == "memory":
        yield None
    else:
        yield from empty_database(request, request.param)


signer = FakeSigning("node", b"seed" * 8)


@pytest.fixture
def journal(alias: str | None) -> Any:
    """A journal store."""
    return MemoryJournal(signer) if alias is None else DjangoJournalStore(alias, signing=signer)


@pytest.fixture
def tamper(alias: str | None, journal: Any) -> Tamper:
    """The way to break the journal."""
    return Tamper(alias, journal)


@pytest.fixture
def flows(alias: str | None) -> Any:
    """A flow store."""
    return MemoryFlowStore() if alias is None else DjangoFlowStore(alias)


@pytest.fixture
def index(alias: str | None, flows: Any, journal: Any) -> Any:
    """A search index over those stores."""
    return MemoryIndex(flows, journal) if alias is None else DjangoSearchIndex(alias)


@pytest.fixture
def seen(alias: str | None) -> Any:
    """Calls that were seen."""
    return MemorySeenCalls() if alias is None else DjangoSeenCalls(alias)


@pytest.fixture
def schemas(alias: str | None) -> Any:
    """Schemas of events."""
    return MemorySchemaStore() if alias is None else DjangoSchemaStore(alias)


@pytest.fixture
def access(alias: str | None) -> Any:
    """An access store."""
    return MemoryAccess() if alias is None else DjangoAccessStore(alias)


@pytest.fixture(params=["memory", "files", "sealed"])
def blocks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A block store."""
    if request.param == "memory":
        yield MemoryBlocks()
    elif request.param == "files":
        yield FileBlockStore(tmp_path / "blocks", sync=False)
    else:
        for alias in empty_database(request, "sqlite"):
            yield SealedBlocks(tmp_path / "blocks", memory_cipher(), lambda: 1, using=alias, sync=False)
