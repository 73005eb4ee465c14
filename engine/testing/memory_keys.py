"""A key store in memory, and a cipher on it."""

from __future__ import annotations

from dataclasses import replace

from engine.identity.keyring import Keyring
from engine.identity.root_keys import GivenRootKeys
from engine.ports.cipher import ExecutionKey, KeyRecord

ROOT_KEY = "11" * 32


class MemoryKeys:
    """A :class:`KeyStore` for tests and simulation; ``executions`` may be filled by hand."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str, int], KeyRecord] = {}
        self.executions: dict[str, ExecutionKey] = {}

    def settled(self) -> bool:
        """There are no transactions here."""
        return True

    def records(self, subnet: str, kind: str) -> list[KeyRecord]:
        """All versions, oldest first."""
        return [record for record in self.every() if (record.subnet, record.kind) == (subnet, kind)]

    def every(self) -> list[KeyRecord]:
        """All keys."""
        return [self.stored[place] for place in sorted(self.stored)]

    def add(self, record: KeyRecord) -> bool:
        """Store a new version and retire those before it."""
        place = (record.subnet, record.kind, record.version)
        if place in self.stored:
            return False
        for (*where, version), old in list(self.stored.items()):
            if (*where,) == place[:2] and version < record.version and old.retired_us is None:
                self.stored[(*place[:2], version)] = replace(old, retired_us=record.created_us)
        self.stored[place] = record
        return True

    def replace(self, record: KeyRecord, wrapped: bytes) -> bool:
        """Exchange the wrapping."""
        place = (record.subnet, record.kind, record.version)
        now = self.stored.get(place)
        if now is None or now.wrapped != record.wrapped:
            return False
        self.stored[place] = replace(now, wrapped=wrapped)
        return True

    def destroy(self, record: KeyRecord) -> None:
        """Forget a key."""
        self.stored.pop((record.subnet, record.kind, record.version), None)

    def execution_keys(self, after: str, limit: int) -> list[ExecutionKey]:
        """Wrapped data keys by id."""
        return [self.executions[id] for id in sorted(self.executions) if id > after][:limit]

    def replace_execution_key(self, key: ExecutionKey, wrapped: bytes) -> bool:
        """Exchange the wrapping."""
        if self.executions.get(key.execution) != key:
            return False
        self.executions[key.execution] = replace(key, wrapped=wrapped)
        return True


def memory_cipher(store: MemoryKeys | None = None) -> Keyring:
    """A real cipher whose keys lie in memory; its time stands still."""
    return Keyring(GivenRootKeys(ROOT_KEY), store or MemoryKeys(), lambda: 0, lambda: 0)
