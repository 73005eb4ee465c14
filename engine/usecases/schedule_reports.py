"""Schedules of compliance reports, and the reports that were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.audit.report import KINDS
from engine.base.errors import InvalidInput, WrongState
from engine.base.limits import REPORT_SCHEDULE_US_MIN, REPORT_SCHEDULES_MAX
from engine.flow.model import Step
from engine.ports.access_store import Principal
from engine.ports.report_store import ReportRun, ReportSchedule
from engine.ports.step_catalogue import TriggerType
from engine.usecases.permission import require
from engine.usecases.remember import remember, remember_done
from engine.usecases.search_audit import known_form
from engine.usecases.world import World

TICKS_CHECKED = 50
SCHEDULE = "trigger.schedule"


def list_report_schedules(world: World, actor: Principal) -> Sequence[ReportSchedule]:
    """The schedules of the actor's subnet, oldest first."""
    require(world, actor, "system:read", "reports")
    return world.reports.schedules(actor.subnet)


def add_report_schedule(
    world: World, actor: Principal, kind: str, form: str, when: Mapping[str, Any]
) -> ReportSchedule:
    """Make a report of a kind at every tick, on the time since the tick before (first: since now).

    ``when`` has the parameters of a schedule trigger: ``cron``, or ``intervalMs``, and ``timezone``. Raises
    :class:`InvalidInput`, and :class:`WrongState` where the subnet has too many.
    """
    require(world, actor, "admin", "reports", "report.schedule")
    known_form(form)
    if kind not in KINDS:
        raise InvalidInput(f"there is no report {kind!r}; choose {' or '.join(KINDS)}")
    spec, now_us = _spec(world, when), world.clock.now_us()
    _must_not_hurry(world, spec, now_us)
    if len(world.reports.schedules(actor.subnet)) >= REPORT_SCHEDULES_MAX:
        raise WrongState(
            f"a subnet has at most {REPORT_SCHEDULES_MAX} schedules of reports; remove one first"
        )
    schedule = ReportSchedule(
        id=world.new_id("rsc"),
        subnet=actor.subnet,
        kind=kind,
        form=form,
        by=actor.id,
        created_us=now_us,
        from_us=now_us,
        next_us=next_tick(world, spec, now_us),
        spec=spec,
    )
    world.reports.add(schedule)
    details = {"kind": kind, "form": form, "when": dict(spec)}
    remember_done(world, actor, "change", "report.schedule", schedule.id, details=details)
    return schedule


def remove_report_schedule(world: World, actor: Principal, schedule: str) -> ReportSchedule:
    """Make no more reports by it; those that were made stay. Raises :class:`UnknownObject`."""
    require(world, actor, "admin", "reports", "report.schedule")
    removed = world.reports.remove(actor.subnet, schedule)
    remember_done(world, actor, "change", "report.unschedule", schedule, details={"kind": removed.kind})
    return removed


def list_reports(
    world: World, actor: Principal, limit: int = 50, before: str | None = None
) -> Sequence[ReportRun]:
    """A page of the reports that were made in the actor's subnet, newest first."""
    require(world, actor, "system:read", "reports")
    return world.reports.runs(actor.subnet, max(1, min(limit, world.limits.page_size_max)), before)


def kept_report(world: World, actor: Principal, run: str) -> tuple[ReportRun, bytes]:
    """A report as it was made; that it was handed out is remembered. Raises :class:`UnknownObject`, and
    :class:`WrongState` before it is made."""
    require(world, actor, "system:read", "reports")
    found = world.reports.run(actor.subnet, run)
    if not found.cid:
        raise WrongState(f"report {run} is not made yet; ask again in a while", run=run)
    content = world.blocks.get(actor.subnet, found.cid)
    remember(world, actor, "data", "report.read", run, details={"cid": found.cid})
    return found, content


def next_tick(world: World, spec: Mapping[str, Any], after_us: int) -> int | None:
    """The first tick after a time; the same for every process that asks."""
    return _trigger(world).next_tick_us(spec, after_us)


def _spec(world: World, when: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in when.items() if value is not None}
    registration = _trigger(world).registration(Step("schedule", SCHEDULE, given))
    assert registration is not None, "a schedule is put in force"
    return {"timezone": world.timezone, **registration.spec}


def _trigger(world: World) -> TriggerType:
    kind = world.catalogue.get(SCHEDULE)
    assert isinstance(kind, TriggerType)
    return kind


def _must_not_hurry(world: World, spec: Mapping[str, Any], now_us: int) -> None:
    """Raise where two of the next ticks are too near to each other."""
    tick = next_tick(world, spec, now_us)
    for _ in range(TICKS_CHECKED):
        following = None if tick is None else next_tick(world, spec, tick)
        if tick is None or following is None:
            return
        if following - tick < REPORT_SCHEDULE_US_MIN:
            minutes = REPORT_SCHEDULE_US_MIN // 60_000_000
            raise InvalidInput(f"reports are made at most every {minutes} minutes; choose rarer ticks")
        tick = following
