"""The contracts of holds and of reports made by the clock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import UnknownObject, WrongState
from engine.ports.holds import Held, Hold
from engine.ports.report_store import ReportRun, ReportSchedule
from engine.storage.holds import DjangoHoldStore
from engine.storage.reports import DjangoReportStore
from engine.testing.memory_compliance import MemoryHolds, MemoryReports
from tests.databases import in_threads

HOLD = Hold("hld_1", "alpha", Held.EXECUTION, "exe_1", "case 7: fraud?", "alice", 10)
DAILY = ReportSchedule(
    "rsc_1", "alpha", "soc2", "json", "alice", 5, 5, 100, {"cron": ["0 0 * * *"], "timezone": "UTC"}
)
RUN = ReportRun("rpt_1", "alpha", "rsc_1", "soc2", "json", 5, 100, 100)


@pytest.fixture
def holds(alias: str | None) -> Any:
    """A store of holds."""
    return MemoryHolds() if alias is None else DjangoHoldStore(alias)


@pytest.fixture
def reports(alias: str | None) -> Any:
    """A store of schedules and reports."""
    return MemoryReports() if alias is None else DjangoReportStore(alias)


class TestHolds:
    """Placed once, released once, never forgotten."""

    def test_a_hold_reads_back_as_it_was_placed(self, holds: Any) -> None:
        span = Hold("hld_0", "alpha", Held.RANGE, "", "audit", "bob", 3, 100, 200)
        holds.place(HOLD)
        holds.place(span)
        holds.place(replace(HOLD, id="hld_2", subnet="beta"))
        assert holds.holds("alpha") == holds.in_force("alpha") == [span, HOLD]

    def test_a_released_hold_stays_on_record(self, holds: Any) -> None:
        holds.place(HOLD)
        ended = holds.release("alpha", "hld_1", "bob", "closed", 20)
        assert ended == replace(HOLD, released_us=20, released_by="bob", release_reason="closed")
        assert holds.holds("alpha") == [ended]
        assert holds.in_force("alpha") == []
        with pytest.raises(WrongState, match="already"):
            holds.release("alpha", "hld_1", "eve", "again", 30)
        assert holds.holds("alpha") == [ended]

    def test_nobody_releases_another_subnets_hold(self, holds: Any) -> None:
        holds.place(HOLD)
        for subnet, hold in (("beta", "hld_1"), ("alpha", "hld_9")):
            with pytest.raises(UnknownObject):
                holds.release(subnet, hold, "eve", "", 20)
        assert holds.in_force("alpha") == [HOLD]


class TestSchedules:
    """Each tick becomes one run."""

    def test_a_schedule_reads_back_and_is_removed_by_its_own_subnet(self, reports: Any) -> None:
        reports.add(DAILY)
        assert reports.schedules("alpha") == [DAILY]
        assert reports.schedules("beta") == []
        with pytest.raises(UnknownObject):
            reports.remove("beta", "rsc_1")
        assert reports.remove("alpha", "rsc_1") == DAILY
        assert reports.schedules("alpha") == []

    def test_what_is_due_comes_in_order(self, reports: Any) -> None:
        reports.add(DAILY)
        reports.add(replace(DAILY, id="rsc_2", subnet="beta", next_us=50))
        reports.add(replace(DAILY, id="rsc_3", next_us=None))
        assert [one.id for one in reports.due(99)] == ["rsc_2"]
        assert [one.id for one in reports.due(100)] == ["rsc_2", "rsc_1"]

    def test_a_tick_begins_one_run_and_the_next_goes_on_from_it(self, reports: Any) -> None:
        reports.add(DAILY)
        begun = in_threads(4, lambda n: reports.begin(DAILY, 200, replace(RUN, id=f"rpt_{n}")))
        assert sorted(begun) == [False, False, False, True]
        assert reports.schedules("alpha") == [replace(DAILY, from_us=100, next_us=200)]
        assert len(reports.runs("alpha")) == 1

    def test_a_removed_schedule_begins_nothing(self, reports: Any) -> None:
        reports.add(DAILY)
        reports.remove("alpha", "rsc_1")
        assert not reports.begin(DAILY, 200, RUN)
        assert reports.runs("alpha") == []


class TestRuns:
    """Claimed, made, told, listed, forgotten."""

    def test_one_of_many_makes_an_unfinished_run(self, reports: Any) -> None:
        reports.add(DAILY)
        reports.begin(DAILY, 200, RUN)
        assert reports.unfinished(99) == []
        assert reports.unfinished(100) == [RUN]
        assert sorted(in_threads(4, lambda n: reports.claim(RUN, 700))) == [False, False, False, True]
        assert reports.unfinished(699) == []
        assert reports.unfinished(700) == [replace(RUN, due_us=700)]

    def test_the_first_block_counts_and_a_told_run_is_done(self, reports: Any) -> None:
        reports.add(DAILY)
        reports.begin(DAILY, 200, RUN)
        made = reports.made(RUN, "bafy-a", 7, 110)
        assert made == replace(RUN, cid="bafy-a", size=7, made_us=110)
        assert reports.made(RUN, "bafy-b", 8, 120) == made
        reports.told("rpt_1")
        assert reports.unfinished(10**9) == []
        assert reports.run("alpha", "rpt_1") == replace(made, due_us=None)
        with pytest.raises(UnknownObject):
            reports.run("beta", "rpt_1")

    def test_pages_follow_each_other_and_old_ones_are_forgotten(self, reports: Any) -> None:
        reports.add(DAILY)
        schedule = DAILY
        for n in range(1, 6):
            run = replace(RUN, id=f"rpt_{n}", until_us=n * 100, due_us=n * 100)
            assert reports.begin(schedule, n * 100 + 100, run)
            schedule = replace(schedule, next_us=n * 100 + 100)
            if n < 5:
                reports.told(run.id)
        first = reports.runs("alpha", 2)
        assert [run.id for run in first] == ["rpt_5", "rpt_4"]
        assert [run.id for run in reports.runs("alpha", 2, first[-1].id)] == ["rpt_3", "rpt_2"]
        assert [run.id for run in reports.forget("alpha", 10**9, 2)] == ["rpt_1", "rpt_2"]
        assert [run.id for run in reports.forget("alpha", 400)] == ["rpt_3"]
        assert reports.forget("beta", 10**9) == []
        assert [run.id for run in reports.runs("alpha")] == ["rpt_5", "rpt_4"]
