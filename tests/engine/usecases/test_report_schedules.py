"""Compliance reports made by the clock: once for each tick, kept as blocks, known to the audit trail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject, WrongState
from engine.base.limits import REPORT_RETRY_US, REPORT_SCHEDULES_MAX
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.steps.registry import Registry
from engine.testing.clock import FakeClock
from engine.testing.world import ALICE, BOB, CHARLIE, fake_world
from engine.usecases.forget_audit import forget_audit
from engine.usecases.keep_blocks import reachable
from engine.usecases.keeper import Keeper
from engine.usecases.make_reports import make_reports
from engine.usecases.schedule_reports import (
    add_report_schedule,
    kept_report,
    list_report_schedules,
    list_reports,
    remove_report_schedule,
)
from engine.usecases.world import World
from tests.databases import in_threads

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
NIGHTLY = {"cron": ["0 3 * * *"]}


@pytest.fixture
def world() -> Iterator[World]:
    made = fake_world(Registry(), FakeClock())
    made.access.ensure_personal_subnet(made.clock.now_us())
    yield made
    made.worker.stop(1)


def told(world: World) -> list[AuditEvent]:
    return list(world.audit.search(AuditQuery("personal", action="report.make")))


def pass_time(world: World, ms: float) -> None:
    world.clock.advance_ms(ms)  # type: ignore[attr-defined]


def test_the_keeper_makes_what_is_due_and_keeps_it(world: World) -> None:
    schedule = add_report_schedule(world, ALICE, "soc2", "json", NIGHTLY)
    keeper = Keeper(world)
    keeper.sweep()
    assert list_reports(world, ALICE) == []
    pass_time(world, DAY_MS)
    keeper.sweep()
    (run,) = list_reports(world, ALICE)
    assert (run.schedule, run.since_us, run.until_us) == (schedule.id, schedule.created_us, schedule.next_us)
    _, content = kept_report(world, ALICE, run.id)
    assert run.cid == cid_of_bytes(content, RAW)
    assert run.size == len(content)
    document = json.loads(content)
    assert (document["document"], document["report"]) == ("soc2 report", run.id)
    assert (document["sinceUs"], document["untilUs"]) == (run.since_us, run.until_us)
    assert [(event.resource, event.details["cid"]) for event in told(world)] == [(run.id, run.cid)]
    assert run.cid in reachable(world, "personal")


def test_a_tick_is_one_report_however_many_keepers_there_are(world: World) -> None:
    add_report_schedule(world, ALICE, "gdpr", "csv", NIGHTLY)
    pass_time(world, DAY_MS)
    in_threads(4, lambda n: make_reports(world))
    make_reports(world)
    assert len(list_reports(world, ALICE)) == len(told(world)) == 1


def test_the_next_report_begins_where_the_last_one_ended_also_after_missed_ticks(world: World) -> None:
    add_report_schedule(world, ALICE, "soc2", "json", {"intervalMs": HOUR_MS})
    for hours in (1, 5, 1):
        pass_time(world, hours * HOUR_MS)
        assert make_reports(world) == 1
    third, second, first = list_reports(world, ALICE)
    assert (third.since_us, second.since_us) == (second.until_us, first.until_us)


def test_a_report_that_was_broken_off_is_finished_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_report_schedule(world, ALICE, "soc2", "xml", NIGHTLY)
    pass_time(world, DAY_MS)

    def broken(*given: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(world.blocks, "put", broken)
    assert make_reports(world) == 0
    monkeypatch.undo()
    (run,) = list_reports(world, ALICE)
    with pytest.raises(WrongState, match="not made yet"):
        kept_report(world, ALICE, run.id)
    assert make_reports(world) == 0
    pass_time(world, REPORT_RETRY_US / 1000)
    assert make_reports(world) == 1
    assert kept_report(world, ALICE, run.id)[1].startswith(b"<?xml")


def test_a_report_that_was_made_and_not_told_is_told_once_as_it_was_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_report_schedule(world, ALICE, "soc2", "json", NIGHTLY)
    pass_time(world, DAY_MS)
    monkeypatch.setattr(world.reports, "told", lambda run: 1 / 0)
    make_reports(world)
    monkeypatch.undo()
    (before,) = list_reports(world, ALICE)
    pass_time(world, REPORT_RETRY_US / 1000)
    make_reports(world)
    assert list_reports(world, ALICE) == [replace(before, due_us=None)]
    assert [event.details["cid"] for event in told(world)] == [before.cid]


def test_a_removed_schedule_makes_no_more_and_its_reports_stay(world: World) -> None:
    schedule = add_report_schedule(world, ALICE, "soc2", "json", NIGHTLY)
    pass_time(world, DAY_MS)
    make_reports(world)
    remove_report_schedule(world, ALICE, schedule.id)
    pass_time(world, DAY_MS)
    assert make_reports(world) == 0
    assert list_report_schedules(world, ALICE) == []
    assert len(list_reports(world, ALICE)) == 1


def test_reports_go_when_the_trail_does(world: World) -> None:
    add_report_schedule(world, ALICE, "soc2", "json", NIGHTLY)
    pass_time(world, DAY_MS)
    make_reports(world)
    (run,) = list_reports(world, ALICE)
    pass_time(world, (world.limits.audit_retention_days + 2) * DAY_MS)
    assert forget_audit(world)
    assert list_reports(world, ALICE) == []
    assert not world.blocks.has("personal", run.cid)


def test_nobody_schedules_for_another_subnet_or_in_anothers_name(world: World) -> None:
    schedule = add_report_schedule(world, ALICE, "soc2", "json", NIGHTLY)
    assert (schedule.subnet, schedule.by) == ("personal", "alice")
    pass_time(world, DAY_MS)
    make_reports(world)
    (run,) = list_reports(world, ALICE)
    for act in (
        lambda: remove_report_schedule(world, CHARLIE, schedule.id),
        lambda: kept_report(world, CHARLIE, run.id),
    ):
        with pytest.raises(UnknownObject):
            act()
    for act in (
        lambda: add_report_schedule(world, BOB, "soc2", "json", NIGHTLY),
        lambda: remove_report_schedule(world, BOB, schedule.id),
        lambda: list_report_schedules(world, BOB),
        lambda: kept_report(world, BOB, run.id),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert list_reports(world, CHARLIE) == list_report_schedules(world, CHARLIE) == []
    assert [one.id for one in list_report_schedules(world, ALICE)] == [schedule.id]


@pytest.mark.parametrize(
    ("kind", "form", "when"),
    [
        ("hipaa", "json", NIGHTLY),
        ("soc2", "pdf", NIGHTLY),
        ("soc2", "json", {}),
        ("soc2", "json", {"cron": ["* * * * *"]}),
        ("soc2", "json", {"cron": ["0,30 9 * * *"]}),
        ("soc2", "json", {"intervalMs": 60_000}),
        ("soc2", "json", {"cron": ["soon"]}),
        ("soc2", "json", {"cron": ["0 3 * * *"], "timezone": "Mars/Olympus"}),
    ],
)
def test_what_is_no_schedule_is_refused(world: World, kind: str, form: str, when: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        add_report_schedule(world, ALICE, kind, form, when)
    assert list_report_schedules(world, ALICE) == []


def test_schedules_are_bounded(world: World) -> None:
    for _ in range(REPORT_SCHEDULES_MAX):
        add_report_schedule(world, ALICE, "soc2", "json", NIGHTLY)
    with pytest.raises(WrongState, match="remove one"):
        add_report_schedule(world, ALICE, "soc2", "json", NIGHTLY)
