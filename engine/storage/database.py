"""Plain SQL on one of Django's databases: transactions, transient errors, and what dialects differ in."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from typing import Any

from django.db import DataError, InterfaceError, OperationalError, connections, transaction

from engine.base.canonical import plain
from engine.base.errors import DatabaseUnavailable, InvalidInput
from engine.base.limits import DRIVERS_BRISK

Row = tuple[Any, ...]

LOCK_WAIT_S = 10.0
"""How long a thread waits for its turn to write to SQLite."""

OTHERS_WAIT_S = 1.0
"""How long a process waits for another one's write before it leaves the waiting to SQLite."""

LOOK_EVERY_S = 0.0003
"""How often it looks; a write takes about a millisecond."""

ERASE_WAIT_MS = 500
"""How long an erasure waits for readers, to empty SQLite's write-ahead log after it."""


ROWS_AT_ONCE = 64
"""Rows that one statement writes; SQLite takes 32,766 values with one."""


class _Turns:
    """One write at a time on SQLite: within a process a lock wakes its waiter at once, and a process that
    waits for another one looks often, where SQLite's own busy handler sleeps for longer and longer."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._path = ""
        self._file: int | None = None

    def renew(self) -> None:
        """After a fork nobody in the child holds the lock, and what was opened is the parent's."""
        if self._file is not None:
            os.close(self._file)
        self.lock, self._path, self._file = threading.Lock(), "", None

    def before_others(self, connection: Any) -> int | None:
        """Keep other processes from writing; gives what to unlock. None where nobody else can, where
        files cannot be locked, or one of them does not let go in time: SQLite's own lock always decides."""
        file = self._opened(connection)
        until = time.monotonic() + OTHERS_WAIT_S
        while file is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    return None
                time.sleep(LOOK_EVERY_S)
            except OSError:  # a file system without such locks
                return None
            else:
                break
        return file

    def _opened(self, connection: Any) -> int | None:
        """The file beside the database that is locked; that of the last database is kept open."""
        path = str(connection.settings_dict["NAME"])
        if path != self._path:
            if self._file is not None:
                os.close(self._file)
            self._path, self._file = path, None
            if not connection.is_in_memory_db():
                with suppress(OSError):
                    self._file = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file


_turns = _Turns()
os.register_at_fork(after_in_child=_turns.renew)


class Database:
    """A database of Django's settings, by alias."""

    def __init__(self, using: str = "default") -> None:
        self.using = using

    @property
    def vendor(self) -> str:
        """``sqlite`` or ``postgresql``."""
        vendor: str = connections[self.using].vendor
        return vendor

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A cursor within a write transaction, or within a savepoint of one that is already open.

        Raises :class:`DatabaseUnavailable` where the database is locked, gone or full; then nothing
        was written (a PostgreSQL server that dies during COMMIT may have written it all).
        """
        connection = connections[self.using]
        with (
            _transient(connection),
            _turn(connection),
            transaction.atomic(using=self.using),
            connection.cursor() as cursor,
        ):
            yield cursor

    @contextmanager
    def erasing(self) -> Iterator[Any]:
        """A cursor within a write transaction whose deleted bytes are overwritten, also in SQLite's
        write-ahead log where nobody reads at that moment. PostgreSQL does so with its next VACUUM."""
        connection = connections[self.using]
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            with self.transaction() as cursor:
                yield cursor
            return
        self.rows("PRAGMA secure_delete = ON")
        with self.transaction() as cursor:
            yield cursor
        self._empty_log()

    def _empty_log(self) -> None:
        waited = self.value("PRAGMA busy_timeout")
        self.rows(f"PRAGMA busy_timeout = {ERASE_WAIT_MS}")
        try:
            self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.rows(f"PRAGMA busy_timeout = {waited}")

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """One statement in a transaction of its own; gives how many rows it touched."""
        connection = connections[self.using]
        with _transient(connection), _turn(connection), connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            count: int = cursor.rowcount
            return count

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        connection = connections[self.using]
        with _transient(connection), connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows: list[Row] = cursor.fetchall()
            return rows

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, if any."""
        connection = connections[self.using]
        with _transient(connection), connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            row: Row | None = cursor.fetchone()
            return row

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, parameters)
        return row[0] if row else None

    @property
    def for_update(self) -> str:
        """What locks the selected rows until the end of the transaction (SQLite locks everything)."""
        return " FOR UPDATE" if self.vendor == "postgresql" else ""


def text(value: str) -> str:
    """The text as every database can hold it: without NUL, lone surrogates replaced."""
    return str(plain(value)).replace("\x00", "")


def brisk_drivers() -> int | None:
    """How many short turns a process should take at once; None: as many as it has threads. On SQLite a
    thread that writes keeps all others from writing, also while it waits for the interpreter."""
    return DRIVERS_BRISK if Database().vendor == "sqlite" else None


def insert_many(cursor: Any, into: str, rows: Sequence[Row]) -> None:
    """Write rows with one statement for many. A thread that writes them one by one gives the interpreter away
    with each, and keeps everybody from writing while it waits to have it back."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        values = ", ".join([f"({holes(part[0])})"] * len(part))
        cursor.execute(f"{into} VALUES {values}", list(chain.from_iterable(part)))


def holes(values: Sequence[Any]) -> str:
    """Placeholders for an IN list; the list must not be empty."""
    return ", ".join(["%s"] * len(values))


@contextmanager
def _turn(connection: Any) -> Iterator[None]:
    # Within an open transaction this thread has SQLite's write lock already: waiting here for a
    # thread that waits for that lock would be a deadlock.
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    lock = _turns.lock
    if not lock.acquire(timeout=LOCK_WAIT_S):
        raise DatabaseUnavailable(f"no turn to write to the database within {LOCK_WAIT_S:.0f} s; try again")
    try:
        file = _turns.before_others(connection)
        try:
            yield
        finally:
            if file is not None:
                fcntl.flock(file, fcntl.LOCK_UN)
    finally:
        lock.release()


@contextmanager
def _transient(connection: Any) -> Iterator[None]:
    try:
        yield
    except (DataError, ValueError) as error:
        if "NUL" not in str(error) and "0x00" not in str(error):
            raise
        raise InvalidInput(
            "a text holds the character NUL (U+0000), which the database cannot keep"
        ) from error
    except (OperationalError, InterfaceError) as error:
        if _is_our_mistake(error):
            raise
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()  # the next call connects again
        raise DatabaseUnavailable(f"the database did not answer: {error}; try again") from error


def _is_our_mistake(error: Exception) -> bool:
    """SQLite says OperationalError for wrong SQL and missing tables too, with its plainest code."""
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", None)
    return isinstance(cause, sqlite3.Error) and code == sqlite3.SQLITE_ERROR
