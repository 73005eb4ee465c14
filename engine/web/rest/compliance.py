"""REST: holds, reports made by the clock, and the rights of data subjects."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from engine.audit.forms import FORMS
from engine.ports.holds import Hold
from engine.ports.report_store import ReportRun, ReportSchedule
from engine.usecases import manage_holds as holds
from engine.usecases import schedule_reports as reports
from engine.usecases.data_subjects import erase_subject, export_subject
from engine.web.rest import compliance_models as c
from engine.web.rest import models as m
from engine.web.rest.calls import call
from engine.web.rest.execution_views import moment, time_of

router = Router(tags=["audit"])

Json = dict[str, Any]


@router.get("/audit/holds", response=list[c.HoldShown])
async def list_holds(request: HttpRequest) -> list[Json]:
    """All holds of the subnet, released ones too, oldest first."""
    return [hold_of(hold) for hold in await call(request, holds.list_holds)]


@router.post("/audit/holds", response={201: c.HoldShown})
async def place_hold(request: HttpRequest, body: c.HoldBody) -> Status[Json]:
    """Keep an execution, all of an identity, or all of a time, whatever retention and erasure say."""
    given = holds.NewHold(body.kind, body.reason, body.subject, body.sinceUs, body.untilUs)
    return Status(201, hold_of(await call(request, holds.place_hold, given)))


@router.post("/audit/holds/{hold_id}/release", response=c.HoldShown)
async def release_hold(request: HttpRequest, hold_id: m.Name, body: c.ReleaseBody | None = None) -> Json:
    """Let retention and erasure go on."""
    return hold_of(await call(request, holds.release_hold, hold_id, body.reason if body else ""))


@router.get("/audit/schedules", response=list[c.ScheduleShown])
async def list_schedules(request: HttpRequest) -> list[Json]:
    """The schedules of reports, oldest first."""
    return [schedule_of(one) for one in await call(request, reports.list_report_schedules)]


@router.post("/audit/schedules", response={201: c.ScheduleShown})
async def add_schedule(request: HttpRequest, body: c.ScheduleBody) -> Status[Json]:
    """Make a report at every tick, on the time since the tick before."""
    when = {"cron": body.cron, "intervalMs": body.intervalMs, "timezone": body.timezone}
    return Status(
        201, schedule_of(await call(request, reports.add_report_schedule, body.kind, body.form, when))
    )


@router.delete("/audit/schedules/{schedule_id}", response=c.ScheduleShown)
async def remove_schedule(request: HttpRequest, schedule_id: m.Name) -> Json:
    """Make no more reports by it; those that were made stay."""
    return schedule_of(await call(request, reports.remove_report_schedule, schedule_id))


@router.get("/audit/reports", response=c.Reports)
async def list_reports(
    request: HttpRequest, limit: int = Query(50, ge=1, le=250), before: m.Name | None = None
) -> Json:
    """The reports that schedules made, newest first."""
    page = await call(request, reports.list_reports, limit, before)
    return {
        "reports": [report_of(run) for run in page],
        "next": page[-1].id if len(page) == limit else None,
    }


@router.get("/audit/reports/made/{report_id}", response=Json)
async def kept_report(request: HttpRequest, report_id: m.Name) -> HttpResponse:
    """A report as it was made, in its form."""
    run, content = await call(request, reports.kept_report, report_id)
    response = HttpResponse(content, content_type=f"{FORMS[run.form]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{run.id}.{run.form}"'
    return response


@router.post("/subjects/export", response=Json)
async def export(request: HttpRequest, body: c.SubjectBody) -> Json:
    """Everything that is recorded of a person (GDPR Art. 15 and 20). The person stands in the body, since
    addresses are logged."""
    return await call(request, export_subject, body.subject)


@router.post("/subjects/erase", response=Json)
async def erase(request: HttpRequest, body: c.ErasureBody) -> Json:
    """Erase the contents of every execution that names a person, and their name from consents (GDPR
    Art. 17); tells what was erased, and what is kept and why."""
    return await call(request, erase_subject, body.subject, dry_run=body.dryRun)


def hold_of(hold: Hold) -> Json:
    """A ``HoldShown``."""
    return {
        "id": hold.id,
        "kind": str(hold.kind),
        "subject": hold.subject,
        "reason": hold.reason,
        "by": hold.by,
        "placedAt": time_of(hold.placed_us),
        "sinceUs": hold.since_us,
        "untilUs": hold.until_us,
        "releasedAt": moment(hold.released_us),
        "releasedBy": hold.released_by,
        "releaseReason": hold.release_reason,
    }


def schedule_of(schedule: ReportSchedule) -> Json:
    """A ``ScheduleShown``."""
    return {
        "id": schedule.id,
        "kind": schedule.kind,
        "form": schedule.form,
        "when": dict(schedule.spec),
        "by": schedule.by,
        "createdAt": time_of(schedule.created_us),
        "nextAt": moment(schedule.next_us),
    }


def report_of(run: ReportRun) -> Json:
    """A ``ReportShown``."""
    return {
        "id": run.id,
        "scheduleId": run.schedule,
        "kind": run.kind,
        "form": run.form,
        "sinceUs": run.since_us,
        "untilUs": run.until_us,
        "madeAt": moment(run.made_us),
        "cid": run.cid,
        "bytes": run.size,
    }
