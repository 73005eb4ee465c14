"""Qindex on Django's database: one table, and each database's own full text search over its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.base.canonical import decode, encode
from engine.base.errors import InvalidInput
from engine.ports.search_index import (
    KINDS,
    Indexed,
    SearchPage,
    SearchQuery,
    Words,
    facets_for,
    words_for,
)
from engine.storage.database import Database, Row, holes, text

OVERLAP_US = 60_000_000
"""Executions that ended so long before the newest indexed one are looked at again: clocks differ, and
a commit may come after a later one."""

_SEPARATOR = "\x1f"
_FACTS = "tags, category, archived, attributes"
_COLUMNS = f"subnet, kind, ref, flow, title, {_FACTS}, rank, at_us, stamp_us, ended_us, words"
_PUT = (
    f"INSERT INTO engine_index_entry ({_COLUMNS}) VALUES ({holes(range(14))})"  # noqa: S608
    " ON CONFLICT (subnet, kind, ref) DO UPDATE SET flow = excluded.flow, title = excluded.title,"
    " tags = excluded.tags, category = excluded.category, archived = excluded.archived,"
    " attributes = excluded.attributes, at_us = excluded.at_us, stamp_us = excluded.stamp_us,"
    " ended_us = excluded.ended_us, words = excluded.words"
)
_SHOWN = f"subnet, kind, ref, title, flow, {_FACTS}, at_us, stamp_us, ended_us, rank, id"
_INDEXED = (
    " NOT EXISTS (SELECT 1 FROM engine_index_entry AS known WHERE known.subnet = whole.subnet"
    " AND known.kind = '{kind}' AND known.ref = whole.{ref} AND known.stamp_us >= whole.{stamp})"
)
_CHANGED = _INDEXED.format(kind="execution", ref="id", stamp="updated_us")
_STALE_FLOWS = (
    "SELECT id, id FROM engine_flow AS whole WHERE subnet = %s AND"  # noqa: S608
    f"{_INDEXED.format(kind='flow', ref='id', stamp='updated_us')} ORDER BY updated_us LIMIT %s"
)
_STALE_VERSIONS = (
    "SELECT version, flow FROM engine_flow_version AS whole WHERE subnet = %s AND"  # noqa: S608
    f"{_INDEXED.format(kind='version', ref='version', stamp='created_us')} ORDER BY created_us LIMIT %s"
)
_STALE_LIVE = (
    "SELECT id, flow FROM engine_execution AS whole WHERE subnet = %s"  # noqa: S608
    f" AND status IN ('paused', 'pending', 'running', 'waiting') AND{_CHANGED} ORDER BY created_us LIMIT %s"
)
_STALE_ENDED = (
    "SELECT id, flow FROM engine_execution AS whole WHERE subnet = %s AND ended_us IS NOT NULL"  # noqa: S608
    f" AND ended_us >= %s AND{_CHANGED} ORDER BY ended_us, id LIMIT %s"
)
_NEWEST = "SELECT MAX(ended_us) FROM engine_index_entry WHERE subnet = %s"


class DjangoSearchIndex:
    """:class:`engine.ports.search_index.SearchIndex` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default") -> None:
        self._db = Database(using)

    def put(self, entries: Sequence[Indexed]) -> None:
        """See :meth:`SearchIndex.put`."""
        if entries:
            with self._db.transaction() as cursor:
                cursor.executemany(_PUT, [_values(entry) for entry in entries])

    def remove(self, subnet: str, kind: str, ids: Sequence[str]) -> None:
        """See :meth:`SearchIndex.remove`."""
        if ids:
            sql = f"DELETE FROM engine_index_entry WHERE subnet = %s AND kind = %s AND ref IN ({holes(ids)})"  # noqa: S608
            self._db.write(sql, [subnet, kind, *ids])

    def remove_flow(self, subnet: str, flow: str) -> None:
        """See :meth:`SearchIndex.remove_flow`."""
        sql = "DELETE FROM engine_index_entry WHERE subnet = %s AND flow = %s AND kind IN ('flow', 'version')"
        self._db.write(sql, [subnet, flow])

    def clear(self, subnet: str) -> None:
        """See :meth:`SearchIndex.clear`."""
        sql = "DELETE FROM engine_index_entry WHERE subnet = %s AND kind IN ('execution', 'flow', 'version')"
        self._db.write(sql, [subnet])

    def search(self, query: SearchQuery) -> SearchPage:
        """See :meth:`SearchIndex.search`."""
        conditions, values = _conditions(query)
        matches, sought = self._matching(query)
        sql = (
            f"SELECT {_SHOWN} FROM engine_index_entry WHERE {matches}{conditions}"  # noqa: S608
            " ORDER BY rank, at_us DESC, id DESC LIMIT %s"
        )
        rows = self._db.rows(sql, [sought, *values, query.limit + 1])
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        return SearchPage(tuple(map(_entry_of, shown)), _cursor(shown[-1]) if more else "")

    def _matching(self, query: SearchQuery) -> tuple[str, str]:
        if self._db.vendor == "postgresql":
            return "search @@ to_tsquery('simple', %s)", _tsquery(query)
        return "id IN (SELECT rowid FROM engine_index_text WHERE engine_index_text MATCH %s)", _fts5(query)

    def stale(self, subnet: str, limit: int) -> list[tuple[str, str, str]]:
        """See :meth:`SearchIndex.stale`."""
        since = (self._db.value(_NEWEST, [subnet]) or 0) - OVERLAP_US
        found: list[tuple[str, str, str]] = []
        for kind, sql, values in (
            ("flow", _STALE_FLOWS, [subnet]),
            ("version", _STALE_VERSIONS, [subnet]),
            ("execution", _STALE_LIVE, [subnet]),
            ("execution", _STALE_ENDED, [subnet, since]),
        ):
            if len(found) < limit:
                rows = self._db.rows(sql, [*values, limit - len(found)])
                found += [(kind, id, flow) for id, flow in rows]
        return found


def _values(entry: Indexed) -> list[Any]:
    tags = "".join(f"{tag}{_SEPARATOR}" for tag in entry.tags)
    return [
        entry.subnet,
        entry.kind,
        entry.id,
        entry.flow,
        text(entry.title),
        text(tags),
        text(entry.category),
        entry.archived,
        encode(dict(entry.attributes)),
        KINDS.index(entry.kind),
        entry.at_us,
        entry.stamp_us,
        entry.ended_us,
        text(words_for(entry)),
    ]


def _entry_of(row: Row) -> Indexed:
    subnet, kind, ref, title, flow, tags, category, archived, attributes, at_us, stamp_us, ended_us = row[:12]
    return Indexed(
        subnet,
        kind,
        ref,
        title,
        flow=flow,
        tags=tuple(tags.split(_SEPARATOR)[:-1]),
        category=category,
        archived=bool(archived),
        attributes=decode(bytes(attributes)),
        at_us=at_us,
        stamp_us=stamp_us,
        ended_us=ended_us,
    )


def _conditions(query: SearchQuery) -> tuple[str, list[Any]]:
    """The SQL behind the words; the subnet is the wall, whatever the words say."""
    wanted: list[tuple[str, list[Any]]] = [("subnet = %s", [query.subnet])]
    if query.kinds:
        wanted.append((f"kind IN ({holes(query.kinds)})", list(query.kinds)))
    if query.archived is not None:
        wanted.append(("archived" if query.archived else "NOT archived", []))
    if query.since_us is not None:
        wanted.append(("at_us >= %s", [query.since_us]))
    if query.until_us is not None:
        wanted.append(("at_us < %s", [query.until_us]))
    if query.after:
        rank, at_us, id = _place(query.after)
        wanted.append(
            (
                "(rank > %s OR (rank = %s AND (at_us < %s OR (at_us = %s AND id < %s))))",
                [rank, rank, at_us, at_us, id],
            )
        )
    return "".join(f" AND {sql}" for sql, _ in wanted), [value for _, values in wanted for value in values]


def _cursor(row: Row) -> str:
    return f"{row[12]}.{row[9]}.{row[13]}"


def _place(cursor: str) -> tuple[int, int, int]:
    parts = cursor.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise InvalidInput(f"{cursor!r} is no place in a list of hits; give the next of the page before")
    rank, at_us, id = map(int, parts)
    return rank, at_us, id


def _fts5(query: SearchQuery) -> str:
    """The query in FTS5's language; words are letters and digits only, so quoting is enough."""
    wanted = [f'"{word}"' for word in facets_for(query)]
    wanted += [_fts5_phrase(each) for each in query.words if not each.excluded]
    unwanted = "".join(f" NOT {_fts5_phrase(each)}" for each in query.words if each.excluded)
    return f"({' AND '.join(wanted)}){unwanted}"


def _fts5_phrase(words: Words) -> str:
    return f'"{" ".join(words.words)}"{"*" if words.prefix else ""}'


def _tsquery(query: SearchQuery) -> str:
    """The query in PostgreSQL's language."""
    wanted = [f"'{word}'" for word in facets_for(query)]
    for each in query.words:
        phrase = " <-> ".join(f"'{word}'" for word in each.words) + (":*" if each.prefix else "")
        wanted.append(f"{'!' if each.excluded else ''}({phrase})")
    return " & ".join(wanted)
