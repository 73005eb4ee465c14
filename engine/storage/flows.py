"""The flow store on Django's database: records, versions, history and triggers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.canonical import cid_of_bytes, decode, encode
from engine.base.errors import CorruptData, StaleRevision, UnknownObject, WrongState
from engine.flow.canonical import from_canonical, to_canonical
from engine.flow.model import Flow
from engine.ports.cipher import FLOWS, Cipher, bound_to
from engine.ports.flow_store import ActiveTrigger, FlowRecord, FlowSignature, Registration, VersionRecord
from engine.storage import triggers
from engine.storage.database import Database, Row, text
from engine.storage.recent import Recent
from engine.storage.vault import Unsealed

VERSIONS_KEPT = 256
"""Flow versions that a process keeps in memory."""

_SEPARATOR = "\x1f"
_RECORD = (
    "subnet, id, name, owner, revision, published, archived, tags, category, visibility, description,"
    " created_us, updated_us"
)
_INSERT = (
    "INSERT INTO engine_flow (name, owner, tags, category, visibility, description, search,"
    " revision, updated_us, subnet, id, published, archived, created_us)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', FALSE, %s) ON CONFLICT (subnet, id) DO NOTHING"
)
_SAVE = (
    "UPDATE engine_flow SET name = %s, owner = %s, tags = %s, category = %s, visibility = %s,"
    " description = %s, search = %s, revision = %s, updated_us = %s WHERE subnet = %s AND id = %s"
)
_SELECT = f"SELECT {_RECORD} FROM engine_flow WHERE subnet = %s AND id = %s"  # noqa: S608
_DEFINE = (
    "INSERT INTO engine_flow_definition (subnet, version, content) VALUES (%s, %s, %s)"
    " ON CONFLICT (subnet, version) DO NOTHING"
)
_APPEND = (
    "INSERT INTO engine_flow_version (subnet, flow, number, version, author, message, created_us)"
    " SELECT %s, %s, COALESCE(MAX(number), 0) + 1, %s, %s, %s, %s"
    " FROM engine_flow_version WHERE subnet = %s AND flow = %s"
)
_CONTENT = "SELECT content FROM engine_flow_definition WHERE subnet = %s AND version = %s"
_HISTORY = (
    "SELECT number, version, author, message, created_us, published_us FROM engine_flow_version"
    " WHERE subnet = %s AND flow = %s ORDER BY number DESC"
)
_TAGS = "SELECT number, tag FROM engine_version_tag WHERE subnet = %s AND flow = %s ORDER BY id"
_UNPIN = (
    "DELETE FROM engine_flow_definition WHERE subnet = %s"
    " AND version IN (SELECT version FROM engine_flow_version WHERE subnet = %s AND flow = %s)"
    " AND version NOT IN (SELECT version FROM engine_execution WHERE subnet = %s AND flow = %s)"
)
_TAGGED = (
    "SELECT v.version FROM engine_version_tag t JOIN engine_flow_version v"
    " ON v.subnet = t.subnet AND v.flow = t.flow AND v.number = t.number"
    " WHERE t.subnet = %s AND t.flow = %s AND t.tag = %s"
)
_PUBLISHED = (
    "UPDATE engine_flow_version SET published_us = %s WHERE subnet = %s AND flow = %s AND number = %s"
)
_NEWEST = "SELECT MAX(number) FROM engine_flow_version WHERE subnet = %s AND flow = %s AND version = %s"
_SIGN = (
    "INSERT INTO engine_flow_signature (subnet, version, identity, key, at_us, signature)"
    " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (subnet, version, identity) DO UPDATE SET"
    " key = excluded.key, at_us = excluded.at_us, signature = excluded.signature"
)
_SIGNATURES = (
    "SELECT identity, key, at_us, signature FROM engine_flow_signature"
    " WHERE subnet = %s AND version = %s ORDER BY at_us, identity"
)


class DjangoFlowStore:
    """:class:`engine.ports.flow_store.FlowStore` on SQLite or PostgreSQL."""

    def __init__(
        self, using: str = "default", versions_kept: int = VERSIONS_KEPT, cipher: Cipher | None = None
    ) -> None:
        self._db, self._cipher = Database(using), cipher or Unsealed()
        self._versions: Recent[tuple[str, str], Flow] = Recent(versions_kept)

    # --- definitions ------------------------------------------------------------------------------

    def create(self, subnet: str, flow: Flow, author: str, message: str, now_us: int) -> FlowRecord:
        """See :meth:`FlowStore.create`."""
        content = encode(to_canonical(flow))
        version = cid_of_bytes(content)
        sealed = self._sealed(subnet, version, content)
        with self._db.transaction() as cursor:
            cursor.execute(_INSERT, [*_described(flow, flow.owner), version, now_us, subnet, flow.id, now_us])
            if cursor.rowcount != 1:
                taken = f"there is a flow {flow.id!r} already; update it, or choose another id"
                raise WrongState(taken, flow=flow.id)
            _add_version(cursor, subnet, flow.id, (version, sealed), author, message, now_us)
            return self._record(cursor, subnet, flow.id)

    def save(
        self, subnet: str, flow: Flow, revision: str, author: str, message: str, now_us: int
    ) -> FlowRecord:
        """See :meth:`FlowStore.save`."""
        content = encode(to_canonical(flow))
        version = cid_of_bytes(content)
        sealed = self._sealed(subnet, version, content)
        with self._db.transaction() as cursor:
            before = self._record(cursor, subnet, flow.id, lock=True)
            if version == before.revision:
                return before
            if revision != before.revision:
                raise StaleRevision(newest=before.revision, given=revision)
            described = _described(flow, flow.owner or before.owner)
            cursor.execute(_SAVE, [*described, version, now_us, subnet, flow.id])
            _add_version(cursor, subnet, flow.id, (version, sealed), author, message, now_us)
            return self._record(cursor, subnet, flow.id)

    def _sealed(self, subnet: str, version: str, content: bytes) -> bytes:
        return self._cipher.seal(subnet, FLOWS, content, bound_to("flow", subnet, version))

    def record(self, subnet: str, flow_id: str) -> FlowRecord:
        """See :meth:`FlowStore.record`."""
        row = self._db.row(_SELECT, [subnet, flow_id])
        if row is None:
            raise _no_flow(flow_id)
        return _record_of(row)

    def _record(self, cursor: Any, subnet: str, flow_id: str, *, lock: bool = False) -> FlowRecord:
        """The record within a transaction, which with ``lock`` nobody else changes before its end."""
        cursor.execute(_SELECT + (self._db.for_update if lock else ""), [subnet, flow_id])
        row = cursor.fetchone()
        if row is None:
            raise _no_flow(flow_id)
        return _record_of(row)

    def version(self, subnet: str, version: str) -> Flow:
        """See :meth:`FlowStore.version`; kept in memory once read."""
        flow = self._versions.get((subnet, version))
        if flow is None:
            flow = self._read(subnet, version)
            self._versions.put((subnet, version), flow)
        return flow

    def _read(self, subnet: str, version: str) -> Flow:
        row = self._db.row(_CONTENT, [subnet, version])
        if row is None:
            raise UnknownObject(f"there is no flow version {version!r}", version=version)
        content = self._cipher.open(subnet, FLOWS, bytes(row[0]), bound_to("flow", subnet, version))
        if cid_of_bytes(content) != version:
            message = f"flow version {version} does not match its CID; restore it from a backup"
            raise CorruptData(message, version=version)
        return from_canonical(decode(content))

    def sign(self, subnet: str, signature: FlowSignature) -> None:
        """See :meth:`FlowStore.sign`."""
        one = signature
        self._db.write(_SIGN, [subnet, one.version, one.identity, one.key, one.at_us, one.signature])

    def signatures(self, subnet: str, version: str) -> list[FlowSignature]:
        """See :meth:`FlowStore.signatures`."""
        rows = self._db.rows(_SIGNATURES, [subnet, version])
        return [
            FlowSignature(version, identity, key, at_us, bytes(signature))
            for identity, key, at_us, signature in rows
        ]

    def history(self, subnet: str, flow_id: str) -> list[VersionRecord]:
        """See :meth:`FlowStore.history`."""
        self.record(subnet, flow_id)
        tags: dict[int, list[str]] = {}
        for number, tag in self._db.rows(_TAGS, [subnet, flow_id]):
            tags.setdefault(number, []).append(tag)
        return [
            VersionRecord(number, version, author, message, created, tuple(tags.get(number, ())), published)
            for number, version, author, message, created, published in self._db.rows(
                _HISTORY, [subnet, flow_id]
            )
        ]

    def tag(self, subnet: str, flow_id: str, version: str, tag: str) -> None:
        """See :meth:`FlowStore.tag`; of a version that was saved twice the newer entry is meant."""
        with self._db.transaction() as cursor:
            self._record(cursor, subnet, flow_id, lock=True)
            number = _number_of(cursor, subnet, flow_id, version)
            sql = "DELETE FROM engine_version_tag WHERE subnet = %s AND flow = %s AND tag = %s"
            cursor.execute(sql, [subnet, flow_id, text(tag)])
            sql = "INSERT INTO engine_version_tag (subnet, flow, tag, number) VALUES (%s, %s, %s, %s)"
            cursor.execute(sql, [subnet, flow_id, text(tag), number])

    def untag(self, subnet: str, flow_id: str, tag: str) -> str | None:
        """See :meth:`FlowStore.untag`."""
        with self._db.transaction() as cursor:
            self._record(cursor, subnet, flow_id, lock=True)
            cursor.execute(_TAGGED, [subnet, flow_id, text(tag)])
            row = cursor.fetchone()
            sql = "DELETE FROM engine_version_tag WHERE subnet = %s AND flow = %s AND tag = %s"
            cursor.execute(sql, [subnet, flow_id, text(tag)])
            return str(row[0]) if row else None

    def delete(self, subnet: str, flow_id: str) -> None:
        """See :meth:`FlowStore.delete`."""
        with self._db.transaction() as cursor:
            self._record(cursor, subnet, flow_id, lock=True)
            triggers.withdraw(cursor, subnet, flow_id)
            cursor.execute(_UNPIN, [subnet, subnet, flow_id, subnet, flow_id])
            for table in ("flow_version", "version_tag", "flow_value"):
                sql = f"DELETE FROM engine_{table} WHERE subnet = %s AND flow = %s"  # noqa: S608
                cursor.execute(sql, [subnet, flow_id])
            cursor.execute("DELETE FROM engine_flow WHERE subnet = %s AND id = %s", [subnet, flow_id])
        self._versions.clear()

    # --- what is in force -------------------------------------------------------------------------

    def publish(
        self,
        subnet: str,
        flow_id: str,
        version: str,
        registrations: Sequence[Registration],
        next_us: Mapping[str, int],
        now_us: int,
    ) -> FlowRecord:
        """See :meth:`FlowStore.publish`."""
        with self._db.transaction() as cursor:
            self._record(cursor, subnet, flow_id, lock=True)
            number = _number_of(cursor, subnet, flow_id, version)
            triggers.withdraw(cursor, subnet, flow_id)
            triggers.register(cursor, (subnet, flow_id, version), registrations, next_us)
            cursor.execute(_PUBLISHED, [now_us, subnet, flow_id, number])
            sql = "UPDATE engine_flow SET published = %s, updated_us = %s WHERE subnet = %s AND id = %s"
            cursor.execute(sql, [version, now_us, subnet, flow_id])
            return self._record(cursor, subnet, flow_id)

    def check_routes(self, subnet: str, flow_id: str, registrations: Sequence[Registration]) -> None:
        """See :meth:`FlowStore.check_routes`."""
        with self._db.transaction() as cursor:
            triggers.check_free(cursor, subnet, flow_id, registrations)

    def unpublish(self, subnet: str, flow_id: str, now_us: int) -> FlowRecord:
        """See :meth:`FlowStore.unpublish`."""
        with self._db.transaction() as cursor:
            self._record(cursor, subnet, flow_id, lock=True)
            triggers.withdraw(cursor, subnet, flow_id)
            sql = "UPDATE engine_flow SET published = '', updated_us = %s WHERE subnet = %s AND id = %s"
            cursor.execute(sql, [now_us, subnet, flow_id])
            return self._record(cursor, subnet, flow_id)

    def archive(self, subnet: str, flow_id: str, archived: bool, now_us: int) -> FlowRecord:
        """See :meth:`FlowStore.archive`."""
        with self._db.transaction() as cursor:
            self._record(cursor, subnet, flow_id, lock=True)
            if archived:
                triggers.withdraw(cursor, subnet, flow_id)
            sql = "UPDATE engine_flow SET archived = %s, updated_us = %s WHERE subnet = %s AND id = %s"
            cursor.execute(sql, [archived, now_us, subnet, flow_id])
            return self._record(cursor, subnet, flow_id)

    def triggers(self, kind: str, subnet: str | None = None) -> list[ActiveTrigger]:
        """See :meth:`FlowStore.triggers`."""
        return triggers.in_force(self._db, kind, subnet)

    def routes_revision(self) -> int:
        """See :meth:`FlowStore.routes_revision`."""
        return triggers.revision(self._db)

    def schedules_due(self, now_us: int, limit: int = 100) -> list[ActiveTrigger]:
        """See :meth:`FlowStore.schedules_due`; the longest due first."""
        return triggers.due(self._db, now_us, limit)

    def advance_schedule(self, trigger: ActiveTrigger, next_us: int | None) -> bool:
        """See :meth:`FlowStore.advance_schedule`."""
        return triggers.advance(self._db, trigger, next_us)

    def next_schedule_us(self) -> int | None:
        """See :meth:`FlowStore.next_schedule_us`."""
        return triggers.next_us(self._db)

    def count(self, subnet: str) -> int:
        """See :meth:`FlowStore.count`."""
        return int(self._db.value("SELECT COUNT(*) FROM engine_flow WHERE subnet = %s", [subnet]))

    def list(
        self,
        subnet: str,
        *,
        tag: str | None = None,
        text: str | None = None,
        archived: bool = False,
        limit: int = 50,
        after: str | None = None,
    ) -> Sequence[FlowRecord]:
        """Flows by id, those behind ``after``; ``text`` is looked for in id, name and description."""
        wanted = [("subnet = %s", subnet), ("id > %s", after or "")]
        find = "strpos" if self._db.vendor == "postgresql" else "instr"
        if tag is not None:
            wanted.append((f"{find}(tags, %s) > 0", f"{_SEPARATOR}{tag}{_SEPARATOR}"))
        if text is not None:
            wanted.append((f"{find}(search, %s) > 0", text.lower()))
        conditions = " AND ".join(condition for condition, _ in wanted)
        conditions += " AND archived" if archived else " AND NOT archived"
        sql = f"SELECT {_RECORD} FROM engine_flow WHERE {conditions} ORDER BY id LIMIT %s"  # noqa: S608
        return [_record_of(row) for row in self._db.rows(sql, [*(value for _, value in wanted), limit])]


def _described(flow: Flow, owner: str) -> list[Any]:
    """Name, owner, tags, category, visibility, description and search text of the definition."""
    metadata = flow.metadata
    tags = "".join(f"{tag}{_SEPARATOR}" for tag in metadata.tags)
    search = f"{flow.id}\n{flow.name}\n{flow.description}".lower()
    values = (flow.name, owner, _SEPARATOR + tags, metadata.category, metadata.visibility, flow.description)
    return [text(value) for value in (*values, search)]


def _record_of(row: Row) -> FlowRecord:
    subnet, id, name, owner, revision, published, archived, tags, *rest = row
    tagged = tuple(tags.split(_SEPARATOR)[1:-1])
    return FlowRecord(subnet, id, name, owner, revision, published, bool(archived), tagged, *rest)


def _add_version(
    cursor: Any, subnet: str, flow_id: str, saved: tuple[str, bytes], author: str, message: str, now_us: int
) -> None:
    version, sealed = saved
    cursor.execute(_DEFINE, [subnet, version, sealed])
    described = [text(author), text(message)]
    cursor.execute(_APPEND, [subnet, flow_id, version, *described, now_us, subnet, flow_id])


def _number_of(cursor: Any, subnet: str, flow_id: str, version: str) -> int:
    """The newest entry of the history that has this version."""
    cursor.execute(_NEWEST, [subnet, flow_id, version])
    number: int | None = cursor.fetchone()[0]
    if number is None:
        raise UnknownObject(f"flow {flow_id!r} has no version {version!r}", flow=flow_id, version=version)
    return number


def _no_flow(flow_id: str) -> UnknownObject:
    return UnknownObject(f"there is no flow {flow_id!r}", flow=flow_id)
