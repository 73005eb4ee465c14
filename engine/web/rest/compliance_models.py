"""Bodies and answers of holds, schedules of reports, and data subjects."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.base.limits import GRANT_TEXT_CHARACTERS_MAX
from engine.web.rest.models import Given, Json, Shown

Line = Annotated[str, Field(max_length=GRANT_TEXT_CHARACTERS_MAX, pattern=r"^[^\x00-\x1f\x7f]*$")]
Moment = Annotated[int, Field(ge=0, lt=2**62)]


class HoldBody(Given):
    """What to keep, and why; only a range has a begin and an end (excluded), in microseconds since 1970."""

    kind: Literal["execution", "identity", "range"]
    reason: Line
    subject: Line = ""
    sinceUs: Moment = 0
    untilUs: Moment = 0


class ReleaseBody(Given):
    """Why it need not be kept any longer."""

    reason: Line = ""


class HoldShown(Shown):
    """A hold; it is in force until it is released."""

    id: str
    kind: str
    subject: str
    reason: str
    by: str
    placedAt: str
    sinceUs: int
    untilUs: int
    releasedAt: str | None
    releasedBy: str
    releaseReason: str


class ScheduleBody(Given):
    """A report at every tick: cron, or an interval; hourly at most."""

    kind: Literal["soc2", "gdpr"]
    form: Literal["json", "csv", "xml"] = "json"
    cron: list[Line] | None = None
    intervalMs: int | None = None
    timezone: Line | None = None


class ScheduleShown(Shown):
    """A schedule of reports."""

    id: str
    kind: str
    form: str
    when: Json
    by: str
    createdAt: str
    nextAt: str | None


class ReportShown(Shown):
    """A report that a schedule made; ``cid`` is empty until it is made."""

    id: str
    scheduleId: str
    kind: str
    form: str
    sinceUs: int
    untilUs: int
    madeAt: str | None
    cid: str
    bytes: int


class Reports(Shown):
    """Reports, newest first; ``next`` goes into ``before`` for the next page."""

    reports: list[ReportShown]
    next: str | None


class SubjectBody(Given):
    """A person: the id of an identity, or the key that consents carry."""

    subject: Line


class ErasureBody(SubjectBody):
    """With ``dryRun`` nothing is erased."""

    dryRun: bool = False
