"""Make the compliance reports that are due: each tick of a schedule once, whoever else tries."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256

from engine.audit.forms import rendered
from engine.base.canonical import RAW
from engine.base.errors import NodeFailure
from engine.base.ids import derived, ulid
from engine.base.limits import REPORT_RETRY_US
from engine.ports.audit_trail import AuditEvent
from engine.ports.report_store import ReportRun, ReportSchedule
from engine.usecases.report_audit import compiled
from engine.usecases.schedule_reports import next_tick
from engine.usecases.world import World

log = logging.getLogger("qflow.reports")


def make_reports(world: World) -> int:
    """Begin what is due and finish what is begun; gives how many were finished.

    A tick becomes a run when the schedule moves on, in one transaction; a run that nobody finished is tried
    again after :data:`REPORT_RETRY_US`. Its block is stored before the run names it, and the audit trail
    names what the run names. Ticks missed while no node was up are one report.
    """
    now_us = world.clock.now_us()
    for schedule in world.reports.due(now_us):
        _safely(f"schedule {schedule.id}", partial(_begin, world, schedule, now_us))
    return sum(
        _safely(f"report {run.id}", partial(_finish, world, run, now_us))
        for run in world.reports.unfinished(now_us)
    )


def _safely(what: str, act: Callable[[], bool]) -> bool:
    """One that fails does not keep the others from being made."""
    try:
        return act()
    except NodeFailure:
        raise
    except Exception:
        log.exception("%s", what)
        return False


def _begin(world: World, schedule: ReportSchedule, now_us: int) -> bool:
    assert schedule.next_us is not None, "it is due"
    run = ReportRun(
        id=derived("rpt", schedule.subnet, schedule.id, schedule.next_us),
        subnet=schedule.subnet,
        schedule=schedule.id,
        kind=schedule.kind,
        form=schedule.form,
        since_us=schedule.from_us,
        until_us=schedule.next_us,
        due_us=now_us,
    )
    return world.reports.begin(schedule, next_tick(world, schedule.spec, now_us), run)


def _finish(world: World, run: ReportRun, now_us: int) -> bool:
    if not world.reports.claim(run, now_us + REPORT_RETRY_US):
        return False
    if not run.cid:
        run = _made(world, run)
    world.audit.record([_event(run)])
    world.reports.told(run.id)
    return True


def _made(world: World, run: ReportRun) -> ReportRun:
    document = compiled(world, run.subnet, run.kind, run.since_us, run.until_us)
    named = replace(document, head={**document.head, "schedule": run.schedule, "report": run.id})
    content = rendered(named, run.form).encode()
    cid = world.blocks.put(run.subnet, content, RAW)
    made = world.reports.made(run, cid, len(content), world.clock.now_us())
    if made.cid != cid:  # somebody was given up too early, and came first nevertheless
        world.blocks.drop(run.subnet, cid)
    return made


def _event(run: ReportRun) -> AuditEvent:
    """The same for whoever tells it, so that it is kept once."""
    assert run.made_us is not None
    return AuditEvent(
        id=ulid("aud", run.made_us, sha256(run.id.encode()).digest()),
        subnet=run.subnet,
        at_us=run.made_us,
        category="data",
        action="report.make",
        actor="system",
        resource=run.id,
        details={
            "schedule": run.schedule,
            "kind": run.kind,
            "form": run.form,
            "since": run.since_us,
            "until": run.until_us,
            "cid": run.cid,
            "bytes": run.size,
        },
    )
