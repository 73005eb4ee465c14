"""Transactions and transient errors."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction

from engine.base.errors import DatabaseUnavailable, JournalConflict, LeaseLost
from engine.journal.state import Status
from engine.ports.journal_store import Commit, Outgoing, Posted
from engine.storage import database as module
from engine.storage.database import ROWS_AT_ONCE, Database, insert_many
from engine.storage.journal import DjangoJournalStore
from tests.databases import in_threads, migrate, register, sqlite, wipe
from tests.engine.contract.samples import completed, creation, header
from tests.services.postgres import PostgresServer, free_port


@pytest.fixture
def impatient(tmp_path: Path, django_db_blocker: Any) -> Iterator[str]:
    """Alias of a SQLite file whose busy handler gives up at once."""
    register("impatient", sqlite(tmp_path / "impatient.sqlite3", timeout_s=0.01))
    with django_db_blocker.unblock():
        migrate("impatient")
        yield "impatient"
        connections["impatient"].close()
        del connections["impatient"]  # the next one has a file of its own


@pytest.fixture
def stranger(impatient: str) -> Iterator[sqlite3.Connection]:
    """Another process, as SQLite sees it."""
    connection = sqlite3.connect(connections[impatient].settings_dict["NAME"], isolation_level=None)
    yield connection
    connection.close()


@pytest.fixture
def others_turn(impatient: str) -> Iterator[int]:
    """Another process that is about to write."""
    file = os.open(f"{connections[impatient].settings_dict['NAME']}-turn", os.O_RDWR | os.O_CREAT)
    fcntl.flock(file, fcntl.LOCK_EX)
    yield file
    os.close(file)


class TestSqlite:
    """A locked file is an error that passes."""

    def test_a_locked_database_is_unavailable_until_the_lock_is_gone(
        self, impatient: str, stranger: sqlite3.Connection
    ) -> None:
        store = DjangoJournalStore(impatient)
        store.create(creation())
        stranger.execute("BEGIN IMMEDIATE")
        for act in (
            lambda: store.create(creation("exe_2")),
            lambda: store.take("exe_1", "me", 1, 2),
            lambda: store.post(Posted("sig", "exe_1", "pause")),
        ):
            with pytest.raises(DatabaseUnavailable) as refused:
                act()
            assert refused.value.retryable
            assert refused.value.code == "database_unavailable"
        assert store.header("exe_1").lease_owner == "", "readers are not held up"
        stranger.execute("ROLLBACK")
        store.create(creation("exe_2"))
        assert store.take("exe_1", "me", 1, 2)

    def test_a_write_begins_once_another_process_has_let_go(
        self, impatient: str, others_turn: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pauses: list[float] = []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 3:
                fcntl.flock(others_turn, fcntl.LOCK_UN)

        monkeypatch.setattr(module.time, "sleep", sleep)
        DjangoJournalStore(impatient).create(creation())
        assert pauses == [module.LOOK_EVERY_S] * 3

    def test_a_process_that_never_lets_go_is_not_waited_for(
        self, impatient: str, others_turn: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "OTHERS_WAIT_S", 0.01)
        DjangoJournalStore(impatient).create(creation())

    def test_where_files_cannot_be_locked_sqlite_alone_decides(
        self, impatient: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def flock(file: int, how: int) -> None:
            raise OSError(errno.ENOLCK, "no locks available")

        monkeypatch.setattr(module.fcntl, "flock", flock)
        DjangoJournalStore(impatient).create(creation())

    def test_our_own_mistakes_are_not_called_transient(self, impatient: str) -> None:
        with pytest.raises(DatabaseError) as raised:
            Database(impatient).rows("SELECT nothing FROM nowhere")
        assert not isinstance(raised.value, DatabaseUnavailable)

    def test_a_thread_whose_turn_does_not_come_is_told(
        self, impatient: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "LOCK_WAIT_S", 0.01)
        entered, leave = threading.Event(), threading.Event()

        def hold(number: int) -> None:
            with Database(impatient).transaction():
                entered.set()
                leave.wait(10)

        holder = threading.Thread(target=in_threads, args=(1, hold))
        holder.start()
        entered.wait(10)
        try:
            with pytest.raises(DatabaseUnavailable, match="no turn"):
                DjangoJournalStore(impatient).create(creation())
        finally:
            leave.set()
            holder.join()

    def test_a_child_process_does_not_inherit_a_held_lock(self) -> None:
        before = module._turns.lock
        try:
            with before:
                module._turns.renew()
                assert module._turns.lock.acquire(timeout=0)
        finally:
            module._turns.lock = before


def test_a_writer_within_a_transaction_does_not_wait_for_one_that_waits_for_it(
    sqlite_database: str, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        wipe(sqlite_database)
        store = DjangoJournalStore(sqlite_database)
        other = threading.Thread(target=in_threads, args=(1, lambda n: store.create(creation("exe_other"))))
        with transaction.atomic(using=sqlite_database):
            store.create(creation("exe_1"))
            other.start()
            until(module._turns.lock.locked)
            store.create(creation("exe_2"))
        other.join(10)
        assert Database(sqlite_database).value("SELECT COUNT(*) FROM engine_execution") == 3


def until(true: Callable[[], bool]) -> None:
    """Look again and again, for ten seconds at most."""
    end = monotonic() + 10
    while not true():
        assert monotonic() < end, "it did not happen"


@pytest.mark.services
class TestPostgresqlRaces:
    """Two transactions at once: the second waits for the first, and then sees what it did."""

    def race(self, alias: str, first: Callable[[], Any], second: Callable[[], Any]) -> Any:
        """What ``second`` gives when it comes while ``first`` has not committed yet."""
        results: list[Any] = []
        other = threading.Thread(target=lambda: results.extend(in_threads(1, lambda n: second())))
        waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted"
        with transaction.atomic(using=alias):
            first()
            other.start()
            until(lambda: Database(alias).value(waiting) == 1)
        other.join(10)
        return results[0]

    def test_a_second_commit_on_the_same_sequence_is_a_conflict(
        self, postgres_database: str, django_db_blocker: Any
    ) -> None:
        with django_db_blocker.unblock():
            wipe(postgres_database)
            store = DjangoJournalStore(postgres_database)
            store.create(creation(lease_owner="me", lease_until_us=5))
            commits = [Commit(store.header("exe_1"), 1, [completed(n)]) for n in (1, 2)]
            acts = [lambda commit=commit: store.commit(commit, "me") for commit in commits]
            assert isinstance(self.race(postgres_database, *acts), JournalConflict)
            assert store.load("exe_1")[1][1].fact == completed(1)

    def test_the_same_room_is_not_given_twice(self, postgres_database: str, django_db_blocker: Any) -> None:
        with django_db_blocker.unblock():
            wipe(postgres_database)
            store = DjangoJournalStore(postgres_database)
            for number in range(5):
                store.create(creation(f"exe_{number}", status=Status.PENDING))
            admit = lambda: store.admit("alpha", 3, 0)  # noqa: E731
            assert self.race(postgres_database, admit, admit) == []
            assert store.running("alpha") == 3


@pytest.mark.services
class TestPostgresql:
    """A lost connection is an error that passes."""

    def test_after_a_lost_connection_the_next_call_connects_again(
        self, postgres_server: PostgresServer, postgres_database: str, django_db_blocker: Any
    ) -> None:
        with django_db_blocker.unblock():
            store = DjangoJournalStore(postgres_database)
            store.create(creation("exe_before"))
            for act in (
                lambda: store.header("exe_before"),
                lambda: store.create(creation("exe_during")),
                lambda: store.take("exe_before", "me", 1, 2),
            ):
                postgres_server.disconnect_all("qflow_test")
                with pytest.raises(DatabaseUnavailable):
                    act()
                assert store.header("exe_before").lease_owner == ""
            store.create(creation("exe_during"))

    def test_a_connection_lost_within_a_transaction_writes_nothing(
        self, postgres_server: PostgresServer, postgres_database: str, django_db_blocker: Any
    ) -> None:
        with django_db_blocker.unblock():
            db = Database(postgres_database)
            with pytest.raises(DatabaseUnavailable), db.transaction() as cursor:
                cursor.execute("INSERT INTO engine_counter (name, value) VALUES ('half', 1)")
                postgres_server.disconnect_all("qflow_test")
                cursor.execute("INSERT INTO engine_counter (name, value) VALUES ('other', 1)")
            assert db.value("SELECT COUNT(*) FROM engine_counter WHERE name IN ('half', 'other')") == 0

    def test_a_server_that_is_away_is_unavailable(self, django_db_blocker: Any) -> None:
        server = {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": str(free_port())}
        register("away", {**server, "NAME": "qflow", "USER": "qflow"})
        with django_db_blocker.unblock(), pytest.raises(DatabaseUnavailable):
            DjangoJournalStore("away").header("exe_1")


class TestTransactions:
    """All of a commit is written, or nothing of it, also within somebody else's transaction."""

    def test_a_commit_that_breaks_halfway_writes_nothing(self, database: str) -> None:
        store = DjangoJournalStore(database)
        broken = [
            Outgoing("out_1", "event", {}),
            Outgoing("out_2", "event", {"x": object()}),
        ]
        with pytest.raises(TypeError):
            store.create(Commit(header(), 0, [completed()], broken))
        db = Database(database)
        for table in ("execution", "journal_entry", "outbox"):
            assert db.value(f"SELECT COUNT(*) FROM engine_{table}") == 0

    def test_an_outer_transaction_takes_back_what_was_written(self, database: str) -> None:
        store = DjangoJournalStore(database)
        with pytest.raises(RuntimeError), transaction.atomic(using=database):
            store.create(creation())
            assert store.take("exe_1", "me", 1, 2)
            raise RuntimeError
        assert Database(database).value("SELECT COUNT(*) FROM engine_execution") == 0

    def test_a_refusal_within_an_outer_transaction_leaves_that_usable(self, database: str) -> None:
        store = DjangoJournalStore(database)
        with transaction.atomic(using=database):
            store.create(creation(lease_owner="me", lease_until_us=5))
            with pytest.raises(JournalConflict):
                store.create(creation())
            with pytest.raises(LeaseLost):
                store.commit(Commit(header(), 1, [completed()]), "you")
            store.commit(Commit(store.header("exe_1"), 1, [completed()]), "me")
        assert len(store.load("exe_1")[1]) == 2

    def test_many_threads_write_without_getting_in_each_others_way(self, database: str) -> None:
        store = DjangoJournalStore(database)

        def work(number: int) -> int:
            for turn in range(10):
                id = f"exe_{number}_{turn}"
                store.create(creation(id, lease_owner="me", lease_until_us=5))
                store.commit(Commit(store.header(id), 1, [completed()]), "me")
            return len(store.load(f"exe_{number}_9")[1])

        assert in_threads(8, work) == [2] * 8
        assert Database(database).value("SELECT COUNT(*) FROM engine_journal_entry") == 160

    @pytest.mark.parametrize("count", [0, 1, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 1])
    def test_many_rows_are_all_written(self, database: str, count: int) -> None:
        db = Database(database)
        with db.transaction() as cursor:
            insert_many(
                cursor, "INSERT INTO engine_counter (name, value)", [(f"n{i}", i) for i in range(count)]
            )
        found = db.rows("SELECT name, value FROM engine_counter WHERE name LIKE %s ORDER BY value", ["n%"])
        assert found == [(f"n{i}", i) for i in range(count)]


def test_a_text_with_nul_is_refused_in_words_by_every_database(database: str) -> None:
    from engine.base.errors import InvalidInput

    store = Database(database)
    if store.vendor == "sqlite":
        assert store.value("SELECT %s", ["a\0b"]) == "a\0b"  # SQLite keeps it
        return
    with pytest.raises(InvalidInput, match="NUL"):
        store.value("SELECT CAST(%s AS text)", ["a\0b"])
