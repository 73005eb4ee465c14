"""The contract of quarantine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.ports.quarantine import EVERYWHERE, Contained, Quarantine
from engine.storage.quarantine import DjangoQuarantineStore
from engine.testing.memory_quarantine import MemoryQuarantine
from tests.databases import in_threads

STAY = Quarantine(
    id="qua_1",
    subnet="alpha",
    kind=Contained.FLOW,
    subject="orders",
    reason="it left its sandbox three times",
    by="sandbox",
    since_us=10,
)


@pytest.fixture
def store(alias: str | None) -> Any:
    """A quarantine store."""
    return MemoryQuarantine() if alias is None else DjangoQuarantineStore(alias)


class TestQuarantine:
    """Stays begin, are in force, and end."""

    def test_a_stay_is_read_back_as_it_was(self, store: Any) -> None:
        assert store.place(STAY) is True
        assert list(store.in_force("alpha", 11)) == [STAY]
        assert list(store.history("alpha", 10)) == [STAY]

    def test_a_second_stay_of_the_same_subject_changes_nothing(self, store: Any) -> None:
        store.place(STAY)
        assert store.place(replace(STAY, id="qua_2", since_us=20)) is False
        assert store.place(replace(STAY, id="qua_3", subnet="beta")) is True
        assert store.place(replace(STAY, id="qua_4", kind=Contained.CODE)) is True
        assert [stay.id for stay in store.in_force("alpha", 30)] == ["qua_1", "qua_4"]

    def test_a_stay_is_in_force_until_its_time_is_over(self, store: Any) -> None:
        store.place(replace(STAY, until_us=20))
        assert len(store.in_force("alpha", 19)) == 1
        assert list(store.in_force("alpha", 20)) == []
        assert store.place(replace(STAY, id="qua_2", since_us=20)) is True

    def test_a_stay_is_lifted_once_and_stays_on_record(self, store: Any) -> None:
        store.place(STAY)
        assert store.lift("alpha", Contained.FLOW, "other", "alice", 20) is False
        assert store.lift("beta", Contained.FLOW, "orders", "alice", 20) is False
        assert store.lift("alpha", Contained.FLOW, "orders", "alice", 20) is True
        assert store.lift("alpha", Contained.FLOW, "orders", "alice", 21) is False
        assert list(store.in_force("alpha", 21)) == []
        assert list(store.history("alpha", 10)) == [replace(STAY, lifted_us=20, lifted_by="alice")]

    def test_what_is_quarantined_everywhere_is_so_in_every_subnet(self, store: Any) -> None:
        store.place(replace(STAY, subnet=EVERYWHERE))
        assert [stay.subnet for stay in store.in_force("beta", 11)] == [EVERYWHERE]
        assert list(store.history("beta", 10)) == []

    def test_the_history_has_pages_newest_first(self, store: Any) -> None:
        for number in range(5):
            store.place(replace(STAY, id=f"qua_{number}", subject=f"flow {number}"))
        assert [stay.id[-1] for stay in store.history("alpha", 2)] == ["4", "3"]
        assert [stay.id[-1] for stay in store.history("alpha", 2, "qua_3")] == ["2", "1"]

    def test_every_change_moves_the_revision(self, store: Any) -> None:
        seen = [store.revision("alpha")]
        for change in (
            lambda: store.place(STAY),
            lambda: store.lift("alpha", Contained.FLOW, "orders", "alice", 20),
            lambda: store.place(replace(STAY, id="qua_2", subnet=EVERYWHERE)),
        ):
            change()
            seen.append(store.revision("alpha"))
        assert seen == sorted(set(seen))

    def test_of_many_who_place_the_same_stay_one_wins(self, store: Any) -> None:
        results = in_threads(4, lambda n: store.place(replace(STAY, id=f"qua_{n}")))
        assert sorted(results) == [False, False, False, True]
