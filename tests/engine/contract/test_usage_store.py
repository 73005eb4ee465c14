"""The contract of the records of usage, with the journal store that writes them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.base.errors import JournalConflict
from engine.journal.state import Status
from engine.journal.usage import Amounts
from engine.ports.journal_store import Commit
from engine.ports.usage import UsageDay
from engine.storage.usage import DjangoUsageStore
from engine.testing.memory_usage import MemoryUsage
from tests.engine.contract.samples import checkpoint, completed, creation, header, started

DAY = "1970-01-01"
LEASE = {"lease_owner": "me", "lease_until_us": 1 << 60}
ONE = Amounts(executions=1, webhook_calls=1, steps=1, fuel=5)


@pytest.fixture
def usage(alias: str | None, journal: Any) -> Any:
    """The records beside the journal."""
    return MemoryUsage(journal) if alias is None else DjangoUsageStore(alias)


def run(journal: Any, id: str = "exe_1", **more: Any) -> None:
    """An execution of one step."""
    journal.create(creation(id, started(), completed(fuel=5), **LEASE, **more))


def end(journal: Any, id: str = "exe_1") -> None:
    journal.commit(Commit(header(id, status=Status.COMPLETED, sequence=2), 2, ()), "me")


class TestUsage:
    """Counted with the facts, once, by subnet and day."""

    def test_what_facts_tell_is_counted_when_they_are_stored(self, journal: Any, usage: Any) -> None:
        run(journal)
        assert list(usage.days("alpha", DAY, DAY)) == [UsageDay(DAY, ONE)]
        later = completed(2, 86_400_000_000, fuel=3)
        journal.commit(Commit(header(sequence=3, **LEASE), 2, [later]), "me")
        assert [one.amounts.fuel for one in usage.days("alpha", DAY, "1970-01-31")] == [5, 3]
        assert usage.days("alpha", "1970-01-03", "1970-01-31") == []

    def test_what_is_refused_is_not_counted(self, journal: Any, usage: Any) -> None:
        run(journal)
        for _ in range(2):
            with pytest.raises(JournalConflict):
                run(journal)
        with pytest.raises(JournalConflict):
            journal.commit(Commit(header(sequence=3, **LEASE), 1, [completed(2)]), "me")
        assert usage.days("alpha", DAY, DAY)[0].amounts == ONE

    def test_subnets_are_counted_apart(self, journal: Any, usage: Any) -> None:
        run(journal)
        run(journal, "exe_2", subnet="beta")
        run(journal, "exe_3", subnet="beta")
        assert usage.days("alpha", DAY, DAY)[0].amounts.steps == 1
        assert usage.days("beta", DAY, DAY)[0].amounts.steps == 2
        assert usage.days("gamma", DAY, DAY) == []

    def test_rebuilt_from_the_journals_it_is_the_same(self, journal: Any, usage: Any) -> None:
        run(journal)
        run(journal, "exe_2")
        before = list(usage.days("alpha", DAY, DAY))
        for _ in range(2):
            assert usage.rebuild("alpha") == 2
            assert list(usage.days("alpha", DAY, DAY)) == before


class TestOnADatabase:
    """What is left where journals are cut, deleted or erased; the fake knows only journals."""

    @pytest.fixture(autouse=True)
    def real(self, alias: str | None) -> None:
        if alias is None:
            pytest.skip("memory keeps nothing of what is deleted")

    def test_a_deleted_execution_stays_counted(self, journal: Any, usage: Any) -> None:
        for id in ("exe_1", "exe_2"):
            run(journal, id)
            end(journal, id)
            journal.delete(id)
        assert usage.days("alpha", DAY, DAY)[0].amounts == ONE.plus(ONE)
        assert usage.rebuild("alpha") == 0
        assert usage.days("alpha", DAY, DAY)[0].amounts == ONE.plus(ONE)

    def test_a_truncated_or_shredded_journal_stays_counted(self, journal: Any, usage: Any) -> None:
        run(journal)
        journal.commit(Commit(header(sequence=3, **LEASE), 2, [checkpoint()], drop_before=3), "me")
        run(journal, "exe_2")
        end(journal, "exe_2")
        journal.shred("exe_2")
        assert usage.rebuild("alpha") == 0
        assert usage.days("alpha", DAY, DAY)[0].amounts == ONE.plus(ONE)

    def test_the_most_that_was_stored_counts(self, alias: str, usage: Any) -> None:
        for size in (30, 0):
            _stored(alias, size)
            usage.note_stored("alpha", DAY)
        assert list(usage.days("alpha", DAY, DAY)) == [UsageDay(DAY, blocks=1, stored_bytes=30)]


def _stored(alias: str, size: int) -> None:
    """A block of a size in the index; none for 0."""
    from engine.storage.block_tables import Block

    Block.objects.using(alias).all().delete()
    if size:
        rest = {"spread": "local", "due_us": 0, "attempts": 0, "error": "", "created_us": 1}
        Block.objects.using(alias).create(subnet="alpha", cid="b", sealed="s", key=b"", size=size, **rest)
