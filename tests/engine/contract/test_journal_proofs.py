"""The contract of the journal store: what it keeps so that a stranger can check a journal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.audit.verifier.chain import digest_of, link
from engine.audit.verifier.statements import head_statement
from engine.base.errors import UnknownObject
from engine.journal.state import Status
from engine.ports.journal_store import Commit, JournalStore
from engine.testing.signatures import FakeScheme
from tests.engine.contract.conftest import Tamper, signer
from tests.engine.contract.samples import checkpoint, completed, creation, started

KEY = FakeScheme().public_key(b"seed" * 8)


def grown(journal: JournalStore) -> None:
    """Two commits with facts and one without."""
    journal.create(
        creation("exe_1", started(), completed(1), lease_owner="me", lease_until_us=9_000, updated_us=11)
    )
    for facts, at_us in (([completed(2), completed(3)], 22), ([], 33)):
        header = replace(journal.header("exe_1"), updated_us=at_us)
        journal.commit(Commit(header, header.sequence, facts), "me")


def test_each_commit_signs_the_hash_of_its_last_entry(journal: JournalStore) -> None:
    grown(journal)
    hashes = {entry.sequence: bytes.fromhex(entry.hash) for entry in journal.load("exe_1")[1]}
    heads = journal.trail("exe_1").heads
    assert [(head.sequence, head.hash, head.at_us) for head in heads] == [
        (2, hashes[2], 11),
        (4, hashes[4], 22),
    ]
    for head in heads:
        assert (head.identity, head.key) == ("node", signer().key)
        statement = head_statement("exe_1", head.sequence, head.hash, head.at_us)
        assert FakeScheme().verify(KEY, statement, head.signature)


def test_a_trail_holds_all_that_the_chain_is_made_of(journal: JournalStore) -> None:
    grown(journal)
    trail, (_, entries) = journal.trail("exe_1"), journal.load("exe_1")
    previous = trail.base_hash
    for kept, entry in zip(trail.entries, entries, strict=True):
        assert kept.salt is not None
        assert kept.payload == entry.payload
        assert kept.digest == digest_of(kept.salt, entry.payload)
        previous = link(previous, kept.digest)
        assert kept.hash == previous
    assert previous.hex() == journal.header("exe_1").head


def test_after_the_contents_were_erased_the_chain_is_left(journal: JournalStore, tamper: Tamper) -> None:
    grown(journal)
    before = journal.trail("exe_1")
    tamper.erase("exe_1")
    after = journal.trail("exe_1")
    assert [(e.digest, e.hash) for e in after.entries] == [(e.digest, e.hash) for e in before.entries]
    assert {(entry.salt, entry.payload) for entry in after.entries} == {(None, None)}
    assert after.heads == before.heads


def test_a_trail_begins_where_the_journal_was_truncated(journal: JournalStore) -> None:
    grown(journal)
    before = journal.header("exe_1")
    cut = Commit(before, 4, [checkpoint(before.head), completed(4)], drop_before=5)
    journal.commit(cut, "me")
    trail = journal.trail("exe_1")
    assert (trail.base_sequence, trail.base_hash.hex()) == (4, before.head)
    assert [entry.sequence for entry in trail.entries] == [5, 6]
    assert [head.sequence for head in trail.heads] == [6]


def test_a_refused_commit_leaves_no_head(journal: JournalStore) -> None:
    grown(journal)
    with pytest.raises(Exception, match="expected"):
        journal.commit(Commit(journal.header("exe_1"), 1, [completed(9)]), "me")
    assert len(journal.trail("exe_1").heads) == 2


def test_a_deleted_execution_has_no_trail(journal: JournalStore) -> None:
    journal.create(creation(status=Status.COMPLETED))
    journal.delete("exe_1")
    with pytest.raises(UnknownObject):
        journal.trail("exe_1")
    journal.create(creation(status=Status.COMPLETED))
    assert len(journal.trail("exe_1").heads) == 1


def test_journals_know_each_other_not(journal: JournalStore) -> None:
    grown(journal)
    journal.create(creation("exe_2", started()))
    one: Any = journal.trail("exe_1").entries[0]
    other: Any = journal.trail("exe_2").entries[0]
    assert one.payload == other.payload
    assert one.digest != other.digest
