"""A store of DAOs in memory."""

from __future__ import annotations

import threading

from governance.domain.log import SignedEntry
from governance.store import Known, has_none, has_one, taken


class MemoryDaoStore:
    """A :class:`DaoStore` for tests."""

    def __init__(self) -> None:
        self._daos: dict[str, Known] = {}
        self._entries: dict[str, list[SignedEntry]] = {}
        self._lock = threading.Lock()

    def create(self, known: Known, first: SignedEntry) -> None:
        """A subnet has one."""
        with self._lock:
            if any(one.subnet == known.subnet for one in self._daos.values()):
                raise has_one(known.subnet)
            self._daos[known.id], self._entries[known.id] = known, [first]

    def append(self, dao: str, sequence: int, entry: SignedEntry) -> None:
        """At the end only."""
        with self._lock:
            if sequence != len(self._entries[dao]):
                raise taken(dao)
            self._entries[dao].append(entry)

    def entries(self, dao: str, after: int = -1) -> list[SignedEntry]:
        """Those behind a place."""
        return self._entries.get(dao, [])[after + 1 :]

    def erase(self, dao: str) -> None:
        """With its log."""
        with self._lock:
            self._daos.pop(dao, None)
            self._entries.pop(dao, None)

    def of_subnet(self, subnet: str) -> Known:
        """By subnet."""
        found = next((one for one in self._daos.values() if one.subnet == subnet), None)
        if found is None:
            raise has_none(subnet)
        return found

    def all(self) -> list[Known]:
        """Oldest first."""
        return sorted(self._daos.values(), key=lambda one: (one.created_us, one.id))
