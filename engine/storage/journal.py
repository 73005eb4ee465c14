"""The journal store on Django's database: the hot path, in plain SQL without model instances."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from engine.audit.verifier.chain import SALT_KEY_BYTES
from engine.base.errors import CorruptData, JournalConflict, LeaseLost, UnknownObject, WrongState
from engine.base.ordered import pack, unpack
from engine.journal.state import Status
from engine.ports.cipher import EFFECTS, Cipher, bound_to
from engine.ports.journal_store import Commit, Entry, ExecutionQuery, Header, Outgoing, Posted
from engine.ports.proofs import SignedHead, Trail
from engine.ports.signer import Signing
from engine.storage import lanes
from engine.storage.chain import START, Link, Sealed, opened, payloads, sealed
from engine.storage.database import Database, Row, holes, insert_many, text
from engine.storage.headers import CHANGING, COLUMNS, SELECTED, header_of, seal, values_of
from engine.storage.heads import read_trail, signed, write_head
from engine.storage.listing import conditions_of
from engine.storage.usage import add_used, fold_used
from engine.storage.vault import Unsealed, Vault

_CREATE = (
    f"INSERT INTO engine_execution ({SELECTED}, base_sequence, base_head, data_key, salt_key)"  # noqa: S608
    f" VALUES ({holes(COLUMNS)}, 0, '', %s, %s) ON CONFLICT (id) DO NOTHING"
)
_SEQUENCE, _HEAD = COLUMNS.index("sequence"), COLUMNS.index("head")
_UPDATE = (
    f"UPDATE engine_execution SET {', '.join(f'{name} = %s' for name in CHANGING)}"  # noqa: S608
    " WHERE id = %s AND lease_owner = %s AND sequence = %s"
)
_NEW_SEQUENCE, _NEW_HEAD = CHANGING.index("sequence"), CHANGING.index("head")
_STANDING = (
    "SELECT lease_owner, sequence, head, base_sequence, data_key, salt_key"
    " FROM engine_execution WHERE id = %s"
)
_APPEND = "INSERT INTO engine_journal_entry (execution, sequence, subnet, payload, digest, hash)"
_EFFECT = (
    "INSERT INTO engine_outbox (effect, execution, subnet, kind, payload, due_us, attempts, error)"
    " VALUES (%s, %s, %s, %s, %s, 0, 0, '') ON CONFLICT (effect) DO NOTHING"
)
_CONSUME = (  # one that never lay in the inbox is remembered too
    "INSERT INTO engine_signal (execution, signal, subnet, kind, payload, actor, consumed)"
    " VALUES (%s, %s, %s, '', %s, '', TRUE)"
    " ON CONFLICT (execution, signal) DO UPDATE SET consumed = TRUE, payload = excluded.payload"
)
_POST = (
    "INSERT INTO engine_signal (execution, signal, subnet, kind, payload, actor, consumed)"
    " SELECT id, %s, subnet, %s, %s, %s, FALSE FROM engine_execution WHERE id = %s"
    " ON CONFLICT (execution, signal) DO NOTHING"
)
_TAKE = (
    "UPDATE engine_execution SET lease_owner = %s, lease_until_us = %s"
    " WHERE id = %s AND status IN ('paused', 'running', 'waiting')"
    " AND (lease_owner = '' OR lease_owner = %s OR lease_until_us <= %s)"
)
_ANCHORED = (
    f"SELECT {SELECTED}, data_key, base_sequence, base_head, salt_key"  # noqa: S608
    " FROM engine_execution WHERE id = %s"
)
_ENTRIES = (
    "SELECT sequence, payload, digest, hash FROM engine_journal_entry"
    " WHERE execution = %s AND sequence > %s AND sequence <= %s ORDER BY sequence"
)
_KEY = "SELECT subnet, data_key FROM engine_execution WHERE id = %s"
_KEYS = "SELECT id, subnet, data_key FROM engine_execution WHERE id IN"
_DUE_EFFECTS = (
    "SELECT effect, kind, subnet, payload FROM engine_outbox WHERE due_us <= %s ORDER BY due_us, id LIMIT %s"
)
_HASH = "SELECT hash FROM engine_journal_entry WHERE execution = %s AND sequence = %s"
_EXPIRED = (
    "SELECT id FROM engine_execution WHERE keep_until_us IS NOT NULL AND keep_until_us <= %s"
    " AND status IN ('aborted', 'completed', 'failed') ORDER BY keep_until_us, id LIMIT %s"
)

_SHRED_KEYS = (
    "UPDATE engine_execution SET data_key = NULL, salt_key = NULL, error = NULL, custom = NULL WHERE id = %s"
)
_SHRED = (
    "UPDATE engine_journal_entry SET payload = %s WHERE execution = %s",
    "UPDATE engine_signal SET payload = %s, consumed = TRUE WHERE execution = %s",
    "UPDATE engine_capability_use SET arguments = %s WHERE execution = %s",
)

_Keys = tuple[bytes | None, bytes | None]
"""The wrapped data key and the sealed salt key of an execution; None once its contents were erased."""


class DjangoJournalStore:
    """:class:`engine.ports.journal_store.JournalStore` on SQLite or PostgreSQL."""

    def __init__(
        self,
        using: str = "default",
        random: Callable[[int], bytes] = secrets.token_bytes,
        signing: Signing | None = None,
        cipher: Cipher | None = None,
    ) -> None:
        self._db, self._random, self._signing = Database(using), random, signing
        self._cipher = cipher or Unsealed()

    # --- journals ---------------------------------------------------------------------------------

    def create(self, commit: Commit) -> str:
        """See :meth:`JournalStore.create`."""
        header, salt_key = commit.header, self._random(SALT_KEY_BYTES)
        vault, wrapped = Vault.made(self._cipher, header.subnet, header.id)
        entries = sealed(START, salt_key, payloads(commit.facts), header.id)
        effects = self._effects(commit)
        values = values_of(header, COLUMNS)
        values[_SEQUENCE], values[_HEAD] = len(entries), _head(entries, "")
        seal(values, COLUMNS, vault)
        row, at_rest = [*values, wrapped, vault.seal("salt key", salt_key)], _at_rest(entries, vault)
        head = self._signed(header, entries)
        with self._db.transaction() as cursor:
            cursor.execute(_CREATE, row)
            if cursor.rowcount != 1:
                raise JournalConflict(f"execution {header.id} was started before", execution=header.id)
            _write(cursor, commit, head, at_rest, effects)
        return _head(entries, "")

    def commit(self, commit: Commit, owner: str) -> str:
        """See :meth:`JournalStore.commit`."""
        header, contents = commit.header, payloads(commit.facts)
        values, effects = values_of(header, CHANGING), self._effects(commit)
        with self._db.transaction() as cursor:
            end, base, keys = self._standing(cursor, commit, owner)
            entries: list[Sealed] = []
            if contents or header.error is not None or header.custom is not None:
                vault, salt_key = self._opened(header, *keys)
                entries = sealed(end, salt_key, contents, header.id)
                seal(values, CHANGING, vault)
            head = _head(entries, end.head)
            values[_NEW_SEQUENCE], values[_NEW_HEAD] = end.sequence + len(entries), head
            cursor.execute(_UPDATE, [*values, header.id, owner, commit.expected])
            assert cursor.rowcount == 1, "the row is locked by this transaction"
            signed_head = self._signed(header, entries)
            _write(cursor, commit, signed_head, _at_rest(entries, vault) if entries else (), effects)
            if commit.drop_before - 1 > base:
                _truncate(cursor, header.id, commit.drop_before - 1)
        return head

    def _signed(self, header: Header, entries: Sequence[Sealed]) -> SignedHead | None:
        """The signed head of the entries that a commit appends."""
        if not entries or self._signing is None:
            return None
        return signed(self._signing, header, entries[-1])

    def _effects(self, commit: Commit) -> list[Row]:
        """The rows of its effects. Their class of contents has its own key, since they outlive the
        execution, and it may be made here: before the transaction begins."""
        id, subnet = commit.header.id, commit.header.subnet
        return [
            (o.id, id, subnet, o.kind, self._cipher.seal(subnet, EFFECTS, pack(dict(o.payload)), place))
            for o in commit.outgoing
            for place in [bound_to("effect", subnet, o.id)]
        ]

    def _opened(self, header: Header, wrapped: bytes | None, salt_key: bytes | None) -> tuple[Vault, bytes]:
        """The keys of an execution; raises :class:`ContentErased`."""
        vault = Vault.opened(self._cipher, header.subnet, header.id, None if salt_key is None else wrapped)
        return vault, vault.open("salt key", salt_key or b"")

    def _standing(self, cursor: Any, commit: Commit, owner: str) -> tuple[Link, int, _Keys]:
        """Where the journal ends, what was dropped, and the stored keys; the writer must hold the lease."""
        id = commit.header.id
        cursor.execute(_STANDING + self._db.for_update, [id])
        row = cursor.fetchone()
        if row is None or row[0] != owner:
            holder = "nobody knows it any more" if row is None else f"{row[0] or 'nobody'} holds it"
            raise LeaseLost(f"{owner} no longer holds the lease of execution {id}: {holder}", execution=id)
        if row[1] != commit.expected:
            message = f"execution {id} has {row[1]} entries where its writer expected {commit.expected}"
            raise JournalConflict(message, execution=id, sequence=row[1])
        return Link(row[1], row[2]), row[3], (_bytes(row[4]), _bytes(row[5]))

    def header(self, execution: str) -> Header:
        """See :meth:`JournalStore.header`."""
        return self._anchored(execution)[0]

    def headers(self, executions: Sequence[str]) -> Sequence[Header]:
        """See :meth:`JournalStore.headers`."""
        if not executions:
            return []
        sql = f"SELECT {SELECTED}, data_key FROM engine_execution WHERE id IN ({holes(executions)})"  # noqa: S608
        return self._headers(sql, executions)

    def _headers(self, sql: str, values: Sequence[Any]) -> Sequence[Header]:
        rows = self._db.rows(sql, values)
        return [header_of(row[:-1], self._cipher, _bytes(row[-1])) for row in rows]

    def _anchored(self, execution: str) -> tuple[Header, Link, _Keys]:
        row = self._db.row(_ANCHORED, [execution])
        if row is None:
            raise UnknownObject(f"there is no execution {execution!r}", execution=execution)
        *columns, wrapped, sequence, head, salt_key = row
        keys = (_bytes(wrapped), _bytes(salt_key))
        return header_of(tuple(columns), self._cipher, keys[0]), Link(sequence, head), keys

    def load(self, execution: str) -> tuple[Header, list[Entry]]:
        """See :meth:`JournalStore.load`."""
        return self._read(execution, 0, None)

    def entries(self, execution: str, after: int = 0, limit: int = 1000) -> list[Entry]:
        """See :meth:`JournalStore.entries`."""
        return self._read(execution, after, limit)[1]

    def trail(self, execution: str) -> Trail:
        """See :meth:`JournalStore.trail`; raises :class:`UnknownObject`."""
        trail = read_trail(self._db, self._cipher, execution)
        if trail is None:
            raise UnknownObject(f"there is no execution {execution!r}", execution=execution)
        return trail

    def _read(self, execution: str, after: int, limit: int | None) -> tuple[Header, list[Entry]]:
        """Header and entries, which are read one after the other: where they do not fit, the journal may
        have been truncated in between, and is read again."""
        seen: Link | None = None
        while True:
            header, base, keys = self._anchored(execution)
            try:
                return header, self._window(header, base, keys, after, limit)
            except CorruptData:
                if base == seen:
                    raise
                seen = base

    def _window(self, header: Header, base: Link, keys: _Keys, after: int, limit: int | None) -> list[Entry]:
        first = max(after, base.sequence)
        last = header.sequence if limit is None else min(first + limit, header.sequence)
        if last <= first:
            return []
        anchor = base if first == base.sequence else Link(first, self._hash(header.id, first))
        vault, salt_key = self._opened(header, *keys)
        rows = self._db.rows(_ENTRIES, [header.id, first, last])
        found = (
            Sealed(sequence, vault.open_entry(sequence, bytes(payload)), bytes(digest), bytes(hash_))
            for sequence, payload, digest, hash_ in rows
        )
        return opened(header.id, anchor, salt_key, found, last, Link(header.sequence, header.head))

    def _hash(self, execution: str, sequence: int) -> str:
        hash_ = self._db.value(_HASH, [execution, sequence])
        if hash_ is None:
            raise CorruptData(f"entry {sequence} of execution {execution} is missing", sequence=sequence)
        return bytes(hash_).hex()

    # --- leases -----------------------------------------------------------------------------------

    def take(self, execution: str, owner: str, now_us: int, until_us: int) -> bool:
        """See :meth:`JournalStore.take`."""
        return self._db.write(_TAKE, [owner, until_us, execution, owner, now_us]) == 1

    def renew(self, owner: str, until_us: int) -> int:
        """See :meth:`JournalStore.renew`."""
        sql = (
            "UPDATE engine_execution SET lease_until_us = %s"
            " WHERE lease_owner > '' AND lease_owner = %s"
            " AND status IN ('paused', 'running', 'waiting')"
        )
        return self._db.write(sql, [until_us, owner])

    def release(self, execution: str, owner: str) -> None:
        """See :meth:`JournalStore.release`."""
        sql = "UPDATE engine_execution SET lease_owner = '', lease_until_us = 0"
        self._db.write(f"{sql} WHERE id = %s AND lease_owner = %s", [execution, owner])

    def release_all(self, owner_prefix: str) -> int:
        """See :meth:`JournalStore.release_all`."""
        sql = (
            "UPDATE engine_execution SET lease_owner = '', lease_until_us = 0"
            " WHERE lease_owner > '' AND substr(lease_owner, 1, %s) = %s"
        )
        return self._db.write(sql, [len(owner_prefix), owner_prefix])

    # --- inbox ------------------------------------------------------------------------------------

    def post(self, signal: Posted) -> bool:
        """See :meth:`JournalStore.post`; raises :class:`UnknownObject` where there is no such execution."""
        row = self._db.row(_KEY, [signal.execution])
        if row is None:
            raise UnknownObject(f"there is no execution {signal.execution!r}", execution=signal.execution)
        if row[1] is None:
            return False  # it ended, and its contents were erased
        return self._db.write(_POST, self._sealed(signal, row)) == 1

    def post_all(self, signals: Sequence[Posted]) -> list[Posted]:
        """See :meth:`JournalStore.post_all`."""
        ids = sorted({signal.execution for signal in signals})
        rows = self._db.rows(_KEYS + f" ({holes(ids)})", ids) if ids else []
        keys = {id: (subnet, key) for id, subnet, key in rows if key is not None}
        made = [(one, self._sealed(one, keys[one.execution])) for one in signals if one.execution in keys]
        fresh = []
        with self._db.transaction() as cursor:
            for signal, values in made:
                cursor.execute(_POST, values)
                fresh += [signal] if cursor.rowcount == 1 else []
        return fresh

    def _sealed(self, signal: Posted, key: Row) -> list[Any]:
        vault = Vault.opened(self._cipher, key[0], signal.execution, bytes(key[1]))
        payload = vault.seal(f"signal {signal.id}", pack(dict(signal.payload)))
        return [signal.id, signal.kind, payload, signal.actor, signal.execution]

    def with_signals(self, executions: Sequence[str]) -> list[str]:
        """See :meth:`JournalStore.with_signals`."""
        if not executions:
            return []
        sql = "SELECT DISTINCT execution FROM engine_signal WHERE NOT consumed AND execution IN"
        rows = self._db.rows(f"{sql} ({holes(executions)}) ORDER BY execution", executions)
        return [row[0] for row in rows]

    def inbox(self, execution: str) -> list[Posted]:
        """See :meth:`JournalStore.inbox`; oldest first."""
        sql = (
            "SELECT signal, kind, payload, actor FROM engine_signal"
            " WHERE NOT consumed AND execution = %s ORDER BY id"
        )
        rows = self._db.rows(sql, [execution])
        key = self._db.row(_KEY, [execution]) if rows else None
        if key is None:
            return []
        vault = Vault.opened(self._cipher, key[0], execution, _bytes(key[1]))
        return [
            Posted(id, execution, kind, unpack(vault.open(f"signal {id}", bytes(payload))), actor)
            for id, kind, payload, actor in rows
        ]

    # --- outbox -----------------------------------------------------------------------------------

    def outbox(self, now_us: int, limit: int = 100) -> list[Outgoing]:
        """See :meth:`JournalStore.outbox`; oldest first among equally due ones."""
        rows = self._db.rows(_DUE_EFFECTS, [now_us, limit])
        return [
            Outgoing(effect, kind, unpack(self._cipher.open(subnet, EFFECTS, bytes(payload), place)))
            for effect, kind, subnet, payload in rows
            for place in [bound_to("effect", subnet, effect)]
        ]

    def sent(self, ids: Sequence[str]) -> None:
        """See :meth:`JournalStore.sent`."""
        if ids:
            self._db.write(f"DELETE FROM engine_outbox WHERE effect IN ({holes(ids)})", ids)  # noqa: S608

    def postpone(self, id: str, until_us: int, error: str) -> None:
        """See :meth:`JournalStore.postpone`."""
        sql = "UPDATE engine_outbox SET due_us = %s, error = %s, attempts = attempts + 1 WHERE effect = %s"
        self._db.write(sql, [until_us, text(error), id])

    # --- what needs a worker ----------------------------------------------------------------------

    def due(self, now_us: int, limit: int = 200) -> list[str]:
        """See :meth:`JournalStore.due`; best priority first, then oldest."""
        return lanes.due(self._db, now_us, limit)

    def next_wake_us(self) -> int | None:
        """See :meth:`JournalStore.next_wake_us`."""
        return lanes.next_wake_us(self._db)

    def admit(self, subnet: str, running_max: int, now_us: int) -> list[str]:
        """See :meth:`JournalStore.admit`."""
        return lanes.admit(self._db, subnet, running_max, now_us)

    def leave_lane(self, execution: str) -> bool:
        """See :meth:`JournalStore.leave_lane`."""
        sql = "UPDATE engine_execution SET status = 'running' WHERE id = %s AND status = 'pending'"
        return self._db.write(sql, [execution]) == 1

    def running(self, subnet: str, flow: str | None = None) -> int:
        """See :meth:`JournalStore.running`."""
        return lanes.running(self._db, subnet, flow)

    def pending(self, subnet: str) -> int:
        """See :meth:`JournalStore.pending`."""
        return lanes.pending(self._db, subnet)

    def waiting_for(self, subnet: str, event_type: str) -> list[str]:
        """See :meth:`JournalStore.waiting_for`; oldest first."""
        return lanes.waiting_for(self._db, subnet, event_type)

    # --- the shelf --------------------------------------------------------------------------------

    def delete(self, execution: str) -> None:
        """See :meth:`JournalStore.delete`. Effects still in the outbox stay: they must be carried out."""
        with self._db.transaction() as cursor:
            self._must_have_ended(cursor, execution, "delete")
            fold_used(cursor, execution)
            for table in ("journal_entry", "signal", "capability_use", "signed_head"):
                cursor.execute(f"DELETE FROM engine_{table} WHERE execution = %s", [execution])  # noqa: S608
            cursor.execute("DELETE FROM engine_execution WHERE id = %s", [execution])

    def shred(self, execution: str) -> None:
        """See :meth:`JournalStore.shred`. The bytes of the keys are overwritten, too."""
        with self._db.erasing() as cursor:
            self._must_have_ended(cursor, execution, "shred")
            cursor.execute(_SHRED_KEYS, [execution])
            for sql in _SHRED:
                cursor.execute(sql, [b"", execution])

    def _must_have_ended(self, cursor: Any, execution: str, verb: str) -> None:
        sql = "SELECT status FROM engine_execution WHERE id = %s"
        cursor.execute(sql + self._db.for_update, [execution])
        row = cursor.fetchone()
        if row is None:
            raise UnknownObject(f"there is no execution {execution!r}", execution=execution)
        if not Status(row[0]).ended:
            message = f"execution {execution} is {row[0]}; abort it before you {verb} it"
            raise WrongState(message, execution=execution, status=row[0])

    def expired(self, now_us: int, limit: int = 200) -> list[str]:
        """See :meth:`JournalStore.expired`; the longest expired first."""
        return [row[0] for row in self._db.rows(_EXPIRED, [now_us, limit])]

    def keep_until(self, execution: str, until_us: int) -> None:
        """See :meth:`JournalStore.keep_until`."""
        sql = "UPDATE engine_execution SET keep_until_us = %s WHERE id = %s AND keep_until_us < %s"
        self._db.write(sql, [until_us, execution, until_us])

    def list(self, query: ExecutionQuery) -> Sequence[Header]:
        """See :meth:`JournalStore.list`. A cursor that no longer exists in the subnet gives nothing."""
        conditions, values = conditions_of(query)
        sql = (
            f"SELECT {SELECTED}, data_key FROM engine_execution WHERE {conditions}"  # noqa: S608
            " ORDER BY created_us DESC, id DESC LIMIT %s"
        )
        return self._headers(sql, [*values, query.limit])


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _head(entries: Sequence[Sealed], before: str) -> str:
    return entries[-1].hash.hex() if entries else before


def _at_rest(entries: Sequence[Sealed], vault: Vault) -> list[Sealed]:
    """The entries with their payloads sealed, as they are stored; hashes are those of the contents."""
    return [
        Sealed(sequence, vault.seal_entry(sequence, payload), digest, hash_)
        for sequence, payload, digest, hash_ in entries
    ]


def _write(
    cursor: Any,
    commit: Commit,
    head: SignedHead | None,
    entries: Sequence[Sealed],
    effects: Sequence[Row],
) -> None:
    """Signed head, entries, effects and consumed signals of one commit."""
    id, subnet = commit.header.id, commit.header.subnet
    if head is not None:
        write_head(cursor, commit.header, head)
    if entries:
        rows = [(id, entry[0], subnet, *entry[1:]) for entry in entries]
        insert_many(cursor, _APPEND, rows)
    if effects:
        cursor.executemany(_EFFECT, effects)
    add_used(cursor, subnet, id, commit.facts)
    if commit.consumed:
        cursor.executemany(_CONSUME, [(id, signal, subnet, b"") for signal in commit.consumed])


def _truncate(cursor: Any, execution: str, dropped: int) -> None:
    """Drop the entries up to a sequence; its hash stays, so that the rest can be verified."""
    cursor.execute(_HASH, [execution, dropped])
    row = cursor.fetchone()
    assert row is not None, "drop_before lies within the journal"
    sql = "UPDATE engine_execution SET base_sequence = %s, base_head = %s WHERE id = %s"
    cursor.execute(sql, [dropped, bytes(row[0]).hex(), execution])
    sql = "DELETE FROM engine_journal_entry WHERE execution = %s AND sequence <= %s"
    cursor.execute(sql, [execution, dropped])
