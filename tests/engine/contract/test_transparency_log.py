"""The contract of the node's log of journals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.audit.log import prove_growth, prove_leaf, root_at
from engine.audit.verifier.merkle import consistent, included, leaf_hash
from engine.audit.verifier.statements import head_statement, tree_statement
from engine.journal.state import Status
from engine.ports.journal_store import Commit, JournalStore
from engine.ports.transparency import TransparencyLog
from engine.storage.transparency import DjangoTransparencyLog
from engine.testing.memory_log import MemoryLog
from engine.testing.signatures import FakeScheme, FakeSigning
from tests.engine.contract.samples import completed, creation, started

SIGNING = FakeSigning("node", b"seed" * 8)


@pytest.fixture
def log(alias: str | None, journal: Any) -> Any:
    """A log over the journal."""
    if alias is None:
        return MemoryLog(SIGNING, journal.signed_heads)
    return DjangoTransparencyLog(SIGNING, alias)


def begin(journal: JournalStore, *executions: str) -> None:
    for execution in executions:
        journal.create(creation(execution, lease_owner="me", lease_until_us=9_000))


def go_on(journal: JournalStore, execution: str) -> None:
    header = replace(journal.header(execution), updated_us=5_000)
    journal.commit(Commit(header, header.sequence, [completed()]), "me")


def test_an_empty_log_has_no_head(log: TransparencyLog) -> None:
    assert log.append(1) == 0
    assert log.head() is None


def test_each_journal_is_taken_in_once_with_its_newest_head(
    journal: JournalStore, log: TransparencyLog
) -> None:
    begin(journal, "exe_1", "exe_2")
    go_on(journal, "exe_1")
    assert log.append(1) == 2
    assert log.append(2) == 0
    go_on(journal, "exe_2")
    assert log.append(3) == 1
    assert {log.place("exe_1", 1), log.place("exe_1", 2), log.place("exe_2", 1)} == {0, 1}
    assert log.place("exe_1", 1) == log.place("exe_1", 2)
    assert log.place("exe_2", 2) == 2
    assert log.place("exe_2", 9) is None


def test_its_heads_are_signed_and_kept(journal: JournalStore, log: TransparencyLog) -> None:
    begin(journal, "exe_1")
    log.append(11)
    first = log.head()
    begin(journal, "exe_2", "exe_3")
    log.append(22)
    second = log.head()
    assert first is not None
    assert second is not None
    assert (first.size, first.at_us, second.size, second.at_us) == (1, 11, 3, 22)
    assert log.head(1) == first
    assert log.head(2) is None
    for head in (first, second):
        assert head.root == root_at(log.node, head.size)
        key = FakeScheme().public_key(b"seed" * 8)
        assert FakeScheme().verify(key, tree_statement(head.size, head.root, head.at_us), head.signature)


def test_a_head_is_proven_to_be_in_it_and_the_log_to_have_grown(
    journal: JournalStore, log: TransparencyLog
) -> None:
    roots = {}
    for number in range(1, 12):
        begin(journal, f"exe_{number:02}")
        log.append(number)
        head = log.head()
        assert head is not None
        roots[head.size] = head.root
    (last,) = journal.trail("exe_03").heads
    leaf = leaf_hash(head_statement("exe_03", last.sequence, last.hash, last.at_us))
    index = log.place("exe_03", last.sequence)
    assert index is not None
    assert included(leaf, index, 11, prove_leaf(log.node, index, 11), roots[11])
    for before in range(1, 11):
        assert consistent(before, 11, roots[before], roots[11], prove_growth(log.node, before, 11))


def test_the_log_remembers_what_was_deleted(journal: JournalStore, log: TransparencyLog) -> None:
    journal.create(creation("exe_1", started(), status=Status.COMPLETED))
    log.append(1)
    before = log.head()
    journal.delete("exe_1")
    begin(journal, "exe_2")
    log.append(2)
    after = log.head()
    assert before is not None
    assert after is not None
    assert consistent(1, after.size, before.root, after.root, prove_growth(log.node, 1, after.size))


def test_a_batch_has_a_limit(alias: str | None, journal: JournalStore, log: TransparencyLog) -> None:
    if alias is None:
        pytest.skip("memory takes all")
    begin(journal, *(f"exe_{number}" for number in range(5)))
    assert [log.append(1, limit=2) for _ in range(4)] == [2, 2, 1, 0]
