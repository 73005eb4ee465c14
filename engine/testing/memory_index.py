"""Qindex in memory, with the rules of the real one."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from engine.base.errors import InvalidInput
from engine.ports.flow_store import FlowStore
from engine.ports.journal_store import ExecutionQuery, JournalStore
from engine.ports.search_index import (
    KINDS,
    Indexed,
    SearchPage,
    SearchQuery,
    Words,
    facets_for,
    words_for,
)

ALL = 1_000_000


class MemoryIndex:
    """A :class:`SearchIndex` over the stores it is given."""

    def __init__(self, flows: FlowStore, journal: JournalStore) -> None:
        self._flows, self._journal = flows, journal
        self._lock = threading.RLock()
        self._entries: dict[tuple[str, str, str], Indexed] = {}

    def put(self, entries: Sequence[Indexed]) -> None:
        """Index these."""
        with self._lock:
            self._entries.update({(each.subnet, each.kind, each.id): each for each in entries})

    def remove(self, subnet: str, kind: str, ids: Sequence[str]) -> None:
        """Take these out."""
        with self._lock:
            for id in ids:
                self._entries.pop((subnet, kind, id), None)

    def remove_flow(self, subnet: str, flow: str) -> None:
        """Take out a flow and its versions."""
        self._drop(lambda each: each.subnet == subnet and each.flow == flow and each.kind != "execution")

    def clear(self, subnet: str) -> None:
        """Forget what can be indexed again."""
        self._drop(lambda each: each.subnet == subnet and each.kind in ("execution", "flow", "version"))

    def _drop(self, unwanted: object) -> None:
        assert callable(unwanted)
        with self._lock:
            self._entries = {key: each for key, each in self._entries.items() if not unwanted(each)}

    def search(self, query: SearchQuery) -> SearchPage:
        """Look at every entry."""
        begin = _place(query.after)
        with self._lock:
            found = sorted((each for each in self._entries.values() if _meets(each, query)), key=_order)
        more = len(found) > begin + query.limit
        return SearchPage(tuple(found[begin : begin + query.limit]), str(begin + query.limit) if more else "")

    def stale(self, subnet: str, limit: int) -> list[tuple[str, str, str]]:
        """Compare everything."""
        with self._lock:
            known = {key: each.stamp_us for key, each in self._entries.items()}
        found: list[tuple[str, str, str]] = []
        for archived in (False, True):
            for record in self._flows.list(subnet, archived=archived, limit=ALL):
                if known.get((subnet, "flow", record.id), -1) < record.updated_us:
                    found.append(("flow", record.id, record.id))
                for version in self._flows.history(subnet, record.id):
                    if known.get((subnet, "version", version.version), -1) < version.created_us:
                        found.append(("version", version.version, record.id))
        for header in self._journal.list(ExecutionQuery(subnet, limit=ALL)):
            if known.get((subnet, "execution", header.id), -1) < header.updated_us:
                found.append(("execution", header.id, header.flow))
        return found[:limit]


def _order(entry: Indexed) -> tuple[int, int, str]:
    return KINDS.index(entry.kind), -entry.at_us, entry.id


def _meets(entry: Indexed, query: SearchQuery) -> bool:
    words = words_for(entry).split()
    return (
        entry.subnet == query.subnet
        and set(facets_for(query)) <= set(words)
        and (not query.kinds or entry.kind in query.kinds)
        and query.archived in (None, entry.archived)
        and (query.since_us is None or entry.at_us >= query.since_us)
        and (query.until_us is None or entry.at_us < query.until_us)
        and all(_stands(words, each) != each.excluded for each in query.words)
    )


def _stands(words: list[str], phrase: Words) -> bool:
    size, begun = len(phrase.words), phrase.words[-1]
    for start in range(len(words) - size + 1):
        there = words[start : start + size]
        ends = there[-1].startswith(begun) if phrase.prefix else there[-1] == begun
        if ends and tuple(there[:-1]) == phrase.words[:-1]:
            return True
    return False


def _place(cursor: str) -> int:
    if cursor and not (cursor.isascii() and cursor.isdigit()):
        raise InvalidInput(f"{cursor!r} is no place in a list of hits; give the next of the page before")
    return int(cursor or 0)
