"""What lies on the disk tells nothing: raw database files are searched for what went in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from engine.base.errors import CorruptData, KeyMissing
from engine.flow.model import Flow, Step
from engine.journal.state import Status
from engine.ports.capabilities import CapabilityUse, UseQuery
from engine.ports.cipher import bound_to
from engine.ports.journal_store import Commit, Outgoing, Posted
from engine.storage.capability_uses import DjangoCapabilityStore
from engine.storage.flow_values import DjangoFlowValues
from engine.storage.flows import DjangoFlowStore
from engine.storage.journal import DjangoJournalStore
from engine.storage.keys import DjangoKeyStore
from engine.testing.memory_keys import memory_cipher
from tests.engine.contract.samples import completed, creation, header, started

MARK = "Zweiundvierzig-Geheimnis"


def fill(alias: str, cipher: Any, mark: str = MARK) -> DjangoJournalStore:
    """Put the mark into everything that stores contents."""
    journal = DjangoJournalStore(alias, cipher=cipher)
    lease = {"lease_owner": "me", "lease_until_us": 1 << 60}
    outgoing = [Outgoing("eff_1", "event", {"text": mark})]
    journal.create(creation("exe_1", started(), completed(logs=[mark]), outgoing=outgoing, **lease))
    journal.post(Posted("sig_1", "exe_1", "answer", {"text": mark}))
    failed = header("exe_1", status=Status.FAILED, error={"message": mark}, **lease)
    journal.commit(Commit(failed, 2, [completed(2, memory={"at": mark})]), "me")
    DjangoFlowValues(alias, cipher=cipher).put("alpha", "orders", "key", {"text": mark}, None, 1)
    flow = Flow("orders", "Orders", steps=(Step("a", "data.set", parameters={"x": mark}),))
    DjangoFlowStore(alias, cipher=cipher).create("alpha", flow, "alice", "", 1)
    use = CapabilityUse("use_1", "alpha", "exe_1", "a", 0, 1, "t", "http", {"path": mark}, True, "", 1)
    DjangoCapabilityStore(alias, cipher=cipher).record(use)
    return journal


def rows_with(alias: str, text: str) -> list[str]:
    """Tables with a row that holds the text in any column, as the database gives it."""
    from django.apps import apps

    found = []
    for model in apps.get_app_config("engine").get_models():
        with connections[alias].cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            rows = cursor.fetchall()
        values = [bytes(v) if isinstance(v, memoryview | bytes) else str(v).encode() for r in rows for v in r]
        if any(text.encode() in value for value in values):
            found.append(model._meta.db_table)
    return found


def test_no_row_holds_what_went_in_and_all_of_it_is_read_again(database: str) -> None:
    cipher = memory_cipher()
    journal = fill(database, cipher)
    assert rows_with(database, MARK) == []
    head, entries = journal.load("exe_1")
    assert head.error == {"message": MARK}
    assert entries[1].fact.logs == [MARK]
    assert journal.inbox("exe_1")[0].payload == {"text": MARK}
    assert journal.outbox(1)[0].payload == {"text": MARK}
    kept = DjangoFlowValues(database, cipher=cipher).get("alpha", "orders", "key")
    assert kept is not None
    assert kept.value == {"text": MARK}
    flows = DjangoFlowStore(database, cipher=cipher)
    assert MARK in str(flows.version("alpha", flows.record("alpha", "orders").revision))
    [use] = DjangoCapabilityStore(database, cipher=cipher).uses(UseQuery("alpha"))
    assert use.arguments == {"path": MARK}


def test_the_search_finds_what_is_not_sealed(database: str) -> None:
    from engine.storage.vault import Unsealed

    fill(database, Unsealed(), "in-the-clear")
    assert len(rows_with(database, "in-the-clear")) == 7


def files_of(alias: str) -> bytes:
    path = Path(connections[alias].settings_dict["NAME"])
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


def test_the_files_hold_no_plaintext_and_after_shredding_no_key(empty_sqlite: str) -> None:
    journal = fill(empty_sqlite, memory_cipher())
    wrapped = DjangoKeyStore(empty_sqlite).execution_keys("", 1)[0].wrapped
    assert MARK.encode() not in files_of(empty_sqlite)
    assert wrapped in files_of(empty_sqlite)
    journal.shred("exe_1")
    assert wrapped not in files_of(empty_sqlite)


def test_rows_cannot_be_moved_between_executions(database: str) -> None:
    journal = DjangoJournalStore(database, cipher=memory_cipher())
    for id in ("exe_1", "exe_2"):
        journal.create(creation(id))
    with connections[database].cursor() as cursor:
        cursor.execute(
            "UPDATE engine_journal_entry SET payload = (SELECT payload FROM engine_journal_entry"
            " WHERE execution = 'exe_1') WHERE execution = 'exe_2'"
        )
    with pytest.raises((CorruptData, KeyMissing)):
        journal.load("exe_2")


def test_a_changed_entry_is_named(database: str) -> None:
    cipher = memory_cipher()
    journal = DjangoJournalStore(database, cipher=cipher)
    journal.create(creation("exe_1", started(), completed()))
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT payload FROM engine_journal_entry WHERE sequence = 2")
        payload = bytearray(cursor.fetchone()[0])
        payload[-1] ^= 1
        cursor.execute("UPDATE engine_journal_entry SET payload = %s WHERE sequence = 2", [bytes(payload)])
    with pytest.raises(CorruptData, match="entry 2 of execution exe_1") as caught:
        journal.load("exe_1")
    assert caught.value.details["sequence"] == 2


def test_without_the_keys_of_the_node_nothing_opens(database: str) -> None:
    fill(database, memory_cipher())
    stranger = DjangoJournalStore(database, cipher=memory_cipher())
    with pytest.raises(KeyMissing, match="alpha"):
        stranger.load("exe_1")
    with pytest.raises(KeyMissing):
        DjangoFlowValues(database, cipher=memory_cipher()).get("alpha", "orders", "key")


def test_rotation_and_rewrapping_beside_writers_lose_nothing(database: str) -> None:
    """One thread rotates and wraps again while others write executions; all of them are read at the end."""
    from engine.identity.keyring import Keyring
    from engine.identity.root_keys import GivenRootKeys
    from engine.testing.memory_keys import ROOT_KEY
    from tests.databases import in_threads

    cipher = Keyring(GivenRootKeys(ROOT_KEY), DjangoKeyStore(database), lambda: 1, lambda: 1)
    journal = DjangoJournalStore(database, cipher=cipher)

    def work(number: int) -> int:
        if number == 0:
            return sum(cipher.rotate("alpha") and cipher.rewrap(batch=3) for _ in range(5))
        lease = {"lease_owner": "me", "lease_until_us": 1 << 60}
        for count in range(10):
            id = f"exe_{number}_{count}"
            journal.create(creation(id, **lease))
            journal.commit(Commit(header(id, **lease), 1, [completed()]), "me")
        return 10

    done = in_threads(4, work)
    assert [type(one) for one in done] == [int] * 4, done
    cipher.rewrap()
    fresh = Keyring(GivenRootKeys(ROOT_KEY), DjangoKeyStore(database), lambda: 1, lambda: 1)
    again = DjangoJournalStore(database, cipher=fresh)
    for number in (1, 2, 3):
        for count in range(10):
            assert len(again.load(f"exe_{number}_{count}")[1]) == 2
    newest = DjangoKeyStore(database).records("alpha", "")[-1]
    assert newest.version == 6
    own = [status.id for status in cipher.status("alpha") if status.kind == ""][-1]
    assert {key.wrapped[1:9].hex() for key in DjangoKeyStore(database).execution_keys("", 99)} == {own}


def test_places_of_different_things_differ() -> None:
    assert bound_to("effect", "alpha", "x") != bound_to("use", "alpha", "x")


@pytest.fixture
def empty_sqlite(request: pytest.FixtureRequest) -> Any:
    """Alias of an empty SQLite file."""
    from tests.conftest import empty_database

    yield from empty_database(request, "sqlite")
