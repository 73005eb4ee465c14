"""The contract of the journal store: journals, their hash chain, and fencing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.audit.verifier.chain import salt_of
from engine.base.canonical import digest, encode
from engine.base.errors import (
    ContentErased,
    CorruptData,
    JournalConflict,
    LeaseLost,
    UnknownObject,
    WrongState,
)
from engine.journal import facts as f
from engine.journal.state import Status
from engine.ports.journal_store import Commit, ExecutionQuery, Header, JournalStore, Posted
from tests.engine.contract.conftest import Tamper
from tests.engine.contract.samples import checkpoint, completed, creation, header, started


def leased(journal: JournalStore, id: str = "exe_1", owner: str = "me", **fields: Any) -> Header:
    """A new execution whose lease is ours; its header as stored."""
    journal.create(creation(id, lease_owner=owner, lease_until_us=9_000, **fields))
    return journal.header(id)


class TestJournal:
    """Facts go in and come back in order, or an error says what is wrong."""

    def test_a_created_execution_loads_back(self, journal: JournalStore) -> None:
        given = header(
            error={"type": "x", "n": 1}, wake_us=5, parent="exe_0", waits_for="|a.b|", concurrency_max=3
        )
        head = journal.create(Commit(given, 0, [started(), completed()]))
        stored, entries = journal.load("exe_1")
        assert stored == replace(given, sequence=2, head=head)
        assert [entry.fact for entry in entries] == [started(), completed()]
        assert [entry.sequence for entry in entries] == [1, 2]
        assert journal.header("exe_1") == stored

    def test_hashes_chain_salted_digests_of_the_payloads(self, journal: JournalStore, tamper: Tamper) -> None:
        head = journal.create(Commit(header(), 0, [started(), completed()]))
        first, second = journal.load("exe_1")[1]
        salts = [salt_of(tamper.salt_key("exe_1"), sequence) for sequence in (1, 2)]
        assert first.payload == encode(f.to_plain(started()))
        assert first.hash == digest(digest(salts[0] + first.payload)).hex()
        before = bytes.fromhex(first.hash)
        assert second.hash == digest(before + digest(salts[1] + second.payload)).hex() == head

    def test_without_the_salts_nothing_is_read_or_appended(
        self, journal: JournalStore, tamper: Tamper
    ) -> None:
        before = leased(journal)
        tamper.erase("exe_1")
        with pytest.raises(ContentErased, match="exe_1"):
            journal.load("exe_1")
        with pytest.raises(ContentErased):
            journal.commit(Commit(before, 1, [completed()]), "me")
        journal.commit(Commit(replace(before, status=Status.ABORTED), 1, []), "me")

    def test_headers_of_several_leave_out_what_is_not_there(self, journal: JournalStore) -> None:
        for id in ("exe_1", "exe_2", "exe_3"):
            journal.create(Commit(header(id=id), 0, [started()]))
        found = journal.headers(["exe_3", "exe_none", "exe_1"])
        assert {each.id: each for each in found} == {id: journal.header(id) for id in ("exe_1", "exe_3")}
        assert not journal.headers([])

    def test_a_second_creation_is_refused_and_changes_nothing(self, journal: JournalStore) -> None:
        journal.create(creation())
        before = journal.load("exe_1")
        with pytest.raises(JournalConflict):
            journal.create(creation("exe_1", started(), completed(), flow="other"))
        assert journal.load("exe_1") == before

    def test_a_commit_appends_and_writes_the_header(self, journal: JournalStore) -> None:
        before = leased(journal)
        new = replace(
            before, status=Status.WAITING, updated_us=7, wake_us=77, current_step="s", lease_owner=""
        )
        head = journal.commit(Commit(new, 1, [completed(1), completed(2)]), "me")
        stored, entries = journal.load("exe_1")
        assert stored == replace(new, sequence=3, head=head)
        assert [entry.fact for entry in entries] == [started(), completed(1), completed(2)]

    def test_a_commit_without_facts_changes_only_the_header(self, journal: JournalStore) -> None:
        before = leased(journal)
        head = journal.commit(Commit(replace(before, lease_until_us=10_000), 1, []), "me")
        assert journal.header("exe_1") == replace(before, lease_until_us=10_000, head=head)
        assert head == before.head

    def test_a_commit_after_the_lease_was_lost_writes_nothing(self, journal: JournalStore) -> None:
        before = leased(journal)
        assert journal.take("exe_1", "other", now_us=9_000, until_us=20_000)
        with pytest.raises(LeaseLost):
            journal.commit(Commit(before, 1, [completed()], consumed=["sig"]), "me")
        assert journal.header("exe_1").lease_owner == "other"
        assert journal.header("exe_1").sequence == 1
        assert journal.post(Posted("sig", "exe_1", "pause"))

    def test_a_commit_on_a_stale_sequence_writes_nothing(self, journal: JournalStore) -> None:
        before = leased(journal)
        journal.commit(Commit(before, 1, [completed(1)]), "me")
        with pytest.raises(JournalConflict):
            journal.commit(Commit(before, 1, [completed(2)]), "me")
        assert [entry.fact for entry in journal.load("exe_1")[1]] == [started(), completed(1)]

    def test_a_commit_to_a_deleted_execution_is_refused(self, journal: JournalStore) -> None:
        with pytest.raises(LeaseLost):
            journal.commit(Commit(header(), 1, [completed()]), "me")

    def test_an_unknown_execution_is_named(self, journal: JournalStore) -> None:
        for ask in (journal.header, journal.load, journal.entries, journal.delete):
            with pytest.raises(UnknownObject, match="exe_nowhere"):
                ask("exe_nowhere")

    def test_entries_come_in_pages(self, journal: JournalStore) -> None:
        journal.create(creation("exe_1", started(), *(completed(n) for n in range(1, 10))))
        whole = journal.load("exe_1")[1]
        assert journal.entries("exe_1") == whole
        assert journal.entries("exe_1", after=4, limit=3) == whole[4:7]
        assert journal.entries("exe_1", after=9) == whole[9:]
        assert journal.entries("exe_1", after=10) == journal.entries("exe_1", after=99) == []

    def test_a_deleted_execution_leaves_nothing(self, journal: JournalStore) -> None:
        journal.create(creation(status=Status.COMPLETED))
        journal.post(Posted("sig", "exe_1", "pause"))
        journal.delete("exe_1")
        with pytest.raises(UnknownObject):
            journal.header("exe_1")
        assert journal.inbox("exe_1") == []
        journal.create(creation(status=Status.COMPLETED))
        assert journal.post(Posted("sig", "exe_1", "pause"))

    @pytest.mark.parametrize("status", [status for status in Status if not status.ended])
    def test_an_unfinished_execution_is_not_deleted(self, journal: JournalStore, status: Status) -> None:
        journal.create(creation(status=status))
        with pytest.raises(WrongState, match=str(status)):
            journal.delete("exe_1")
        assert journal.load("exe_1")[1]


class TestTampering:
    """What was changed behind the store's back is found and named."""

    def test_a_changed_entry(self, journal: JournalStore, tamper: Tamper) -> None:
        journal.create(creation("exe_1", started(), completed(1), completed(2)))
        tamper.payload("exe_1", 2, encode(f.to_plain(completed(7))))
        with pytest.raises(CorruptData, match="entry 2 of execution exe_1"):
            journal.load("exe_1")
        with pytest.raises(CorruptData):
            journal.entries("exe_1", after=1, limit=1)

    @pytest.mark.parametrize("sequence", [1, 2, 3])
    def test_a_missing_entry(self, journal: JournalStore, tamper: Tamper, sequence: int) -> None:
        journal.create(creation("exe_1", started(), completed(1), completed(2)))
        tamper.drop("exe_1", sequence)
        with pytest.raises(CorruptData, match=f"entry {sequence} of execution exe_1 is missing"):
            journal.load("exe_1")

    @pytest.mark.parametrize(("sequence", "named"), [(1, 2), (2, 3), (3, 3)])
    def test_a_forged_entry_with_a_hash_of_its_own(
        self, journal: JournalStore, tamper: Tamper, sequence: int, named: int
    ) -> None:
        journal.create(creation("exe_1", started(), completed(1), completed(2)))
        before = journal.load("exe_1")[1][sequence - 2].hash if sequence > 1 else ""
        payload = encode(f.to_plain(completed(7)))
        tamper.forge("exe_1", sequence, payload, bytes.fromhex(before))
        with pytest.raises(CorruptData, match=f"entry {named} of execution exe_1"):
            journal.load("exe_1")


class TestTruncation:
    """A long journal is cut at a checkpoint and still verified."""

    def truncated(self, journal: JournalStore) -> Header:
        before = leased(journal)
        journal.commit(Commit(before, 1, [completed(1), completed(2)]), "me")
        before = journal.header("exe_1")
        journal.commit(Commit(before, 3, [checkpoint(before.head), completed(3)], drop_before=4), "me")
        return before

    def test_only_what_follows_is_kept(self, journal: JournalStore, tamper: Tamper) -> None:
        before = self.truncated(journal)
        stored, entries = journal.load("exe_1")
        assert stored.sequence == 5
        assert [(entry.sequence, entry.fact) for entry in entries] == [
            (4, checkpoint(before.head)),
            (5, completed(3)),
        ]
        salted = digest(salt_of(tamper.salt_key("exe_1"), 4) + entries[0].payload)
        assert entries[0].hash == digest(bytes.fromhex(before.head) + salted).hex()

    def test_pages_begin_at_the_checkpoint(self, journal: JournalStore) -> None:
        self.truncated(journal)
        assert [entry.sequence for entry in journal.entries("exe_1")] == [4, 5]
        assert [entry.sequence for entry in journal.entries("exe_1", after=2, limit=1)] == [4]
        assert [entry.sequence for entry in journal.entries("exe_1", after=4)] == [5]

    def test_it_can_be_truncated_again_and_appended(self, journal: JournalStore) -> None:
        self.truncated(journal)
        before = journal.header("exe_1")
        journal.commit(Commit(before, 5, [completed(4), checkpoint(before.head)], drop_before=7), "me")
        journal.commit(Commit(journal.header("exe_1"), 7, [completed(5)]), "me")
        assert [entry.sequence for entry in journal.load("exe_1")[1]] == [7, 8]

    def test_dropping_what_is_gone_changes_nothing(self, journal: JournalStore) -> None:
        self.truncated(journal)
        for drop_before in (1, 3, 4):
            before, entries = journal.load("exe_1")
            journal.commit(Commit(before, before.sequence, [], drop_before=drop_before), "me")
            assert journal.load("exe_1")[1] == entries

    def test_tampering_is_found_behind_a_truncation(self, journal: JournalStore, tamper: Tamper) -> None:
        self.truncated(journal)
        tamper.payload("exe_1", 4, encode(f.to_plain(checkpoint("forged"))))
        with pytest.raises(CorruptData, match="entry 4"):
            journal.load("exe_1")


class TestListing:
    """Pages of executions, newest first, of one subnet."""

    def fill(self, journal: JournalStore) -> None:
        for number, status in enumerate(Status):
            journal.create(creation(f"exe_{number}", created_us=number, status=status))
        journal.create(creation("exe_child", created_us=10, flow="child", parent="exe_1"))
        journal.create(creation("exe_beta", created_us=11, subnet="beta", parent="exe_1"))

    def ids(self, journal: JournalStore, **query: Any) -> list[str]:
        return [found.id for found in journal.list(ExecutionQuery("alpha", **query))]

    def test_newest_first_and_only_of_the_subnet(self, journal: JournalStore) -> None:
        self.fill(journal)
        assert self.ids(journal) == ["exe_child", *(f"exe_{n}" for n in reversed(range(7)))]
        assert [found.id for found in journal.list(ExecutionQuery("beta"))] == ["exe_beta"]
        assert journal.list(ExecutionQuery("gamma")) == []

    def test_filters(self, journal: JournalStore) -> None:
        self.fill(journal)
        assert self.ids(journal, flow="child") == ["exe_child"]
        assert self.ids(journal, parent="exe_1") == ["exe_child"]
        for number, status in enumerate(Status):
            assert self.ids(journal, status=status.value, flow="orders") == [f"exe_{number}"]

    def test_pages(self, journal: JournalStore) -> None:
        self.fill(journal)
        assert self.ids(journal, limit=2) == ["exe_child", "exe_6"]
        assert self.ids(journal, limit=2, before="exe_6") == ["exe_5", "exe_4"]
        assert self.ids(journal, before="exe_0") == []

    def test_a_time_begins_with_since_and_ends_before_until(self, journal: JournalStore) -> None:
        self.fill(journal)
        assert self.ids(journal, since_us=2, until_us=4) == ["exe_3", "exe_2"]
        assert self.ids(journal, since_us=6) == ["exe_child", "exe_6"]
        assert self.ids(journal, until_us=5, limit=1, before="exe_4") == ["exe_3"]

    def test_executions_of_the_same_moment_are_each_listed_once(self, journal: JournalStore) -> None:
        for id in ("exe_b", "exe_a", "exe_c"):
            journal.create(creation(id))
        assert self.ids(journal, limit=2) == ["exe_c", "exe_b"]
        assert self.ids(journal, limit=2, before="exe_b") == ["exe_a"]

    def test_a_cursor_of_another_subnet_gives_nothing(self, journal: JournalStore) -> None:
        self.fill(journal)
        assert self.ids(journal, before="exe_beta") == self.ids(journal, before="exe_nowhere") == []

    def test_expired_are_the_ended_ones_whose_time_is_over(self, journal: JournalStore) -> None:
        journal.create(creation("exe_kept", status=Status.COMPLETED))
        journal.create(creation("exe_later", status=Status.COMPLETED, keep_until_us=11))
        journal.create(creation("exe_over", status=Status.FAILED, keep_until_us=10))
        journal.create(creation("exe_before", status=Status.ABORTED, keep_until_us=9))
        journal.create(creation("exe_live", status=Status.WAITING, keep_until_us=1))
        assert journal.expired(10) == ["exe_before", "exe_over"]
        assert journal.expired(10, limit=1) == ["exe_before"]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(max_size=20)
    | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
facts = st.one_of(
    st.builds(
        lambda n, memory: completed(n, memory=memory), st.integers(1, 9), st.dictionaries(st.text(), values)
    ),
    st.builds(lambda value: f.AnswerGiven(at_us=1, step="s", status=200, body=value), values),
    st.builds(
        lambda error: f.ExecutionFailed(at_us=1, error=error), st.dictionaries(st.text(max_size=5), values)
    ),
)
batches = st.lists(st.tuples(st.lists(facts, max_size=4), st.booleans()), max_size=5)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=batches)
def test_any_sequence_of_commits_loads_back(
    journal: JournalStore, alias: str | None, batches: list[tuple[list[f.Fact], bool]]
) -> None:
    number = len(journal.list(ExecutionQuery("alpha", limit=10_000)))
    id = f"exe_{number}"
    current, kept = leased(journal, id), [started()]
    for batch, truncate in batches:
        cut = current.sequence + 1 if truncate and batch else 0
        commit = Commit(current, current.sequence, batch, drop_before=cut)
        head = journal.commit(commit, "me")
        kept = batch if cut else [*kept, *batch]
        current = replace(current, sequence=current.sequence + len(batch), head=head)
    stored, entries = journal.load(id)
    assert stored == current
    assert [entry.fact for entry in entries] == kept
    assert journal.entries(id, after=current.sequence - 1) == entries[-1:]
