"""Compliance reports: what the audit trail says of a period, under the criteria that ask for it.

They gather evidence; whether it satisfies a criterion is for an auditor to judge. Criteria: AICPA Trust
Services Criteria (2017, CC6 to CC8), and the General Data Protection Regulation by article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.audit.forms import Document, Table
from engine.ports.audit_trail import AuditEvent
from engine.ports.holds import Held, Hold
from engine.ports.report_store import ReportRun

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (it is written with a Z)

KINDS = ("soc2", "gdpr")

COLUMNS = (
    "at",
    "time",
    "id",
    "category",
    "action",
    "actor",
    "resource",
    "execution",
    "outcome",
    "reason",
    "details",
)
"""The columns of a table of events: ``at`` for people (UTC), ``time`` in microseconds since 1970."""

HOLDS = ("id", "kind", "subject", "from", "until", "reason", "by", "placed", "released", "released by", "why")
REPORTS = ("id", "kind", "form", "schedule", "from", "until", "made", "cid", "bytes")
LISTS = ("violations", "changes", "data", "erasures")

_NOTES = {
    "soc2": {
        "access": "CC6.1, CC6.3: access to systems and data, by kind and outcome",
        "violations": "CC6.6, CC7.2, CC7.3: what was refused or failed",
        "changes": "CC6.2, CC8.1: changes of flows, policies, grants, tokens and keys",
        "data": "CC6.7: data that was handed out: exported, reported, shared",
        "erasures": "CC6.5: data that was erased or deleted, and exports for the persons it is about",
        "holds": "CC6.5, CC7.3: what was kept as evidence in the period, whatever retention says",
        "reports": "CC4.1: reports that schedules made in the period",
        "retention": "CC6.5: how long data is kept, as set when this report was made",
    },
    "gdpr": {
        "access": "Art. 30: processing, by kind and outcome",
        "violations": "Art. 32, 33: what was refused or failed",
        "changes": "Art. 24, 25: changes of flows, policies, grants, consents and keys",
        "data": "Art. 28, 30: data that was handed out: exported, reported, shared",
        "erasures": "Art. 15, 17, 20: data that was erased or deleted, and exports for persons, by pseudonym",
        "holds": "Art. 17(3)(b, e), 18: what was kept from erasure in the period, and why",
        "reports": "Art. 5(2): reports that schedules made in the period",
        "retention": "Art. 5(1)(e): how long data is kept, as set when this report was made",
    },
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a report is made of; events are newest first."""

    counts: Mapping[tuple[str, str, str], int]
    violations: Sequence[AuditEvent]
    changes: Sequence[AuditEvent]
    data: Sequence[AuditEvent]
    erasures: Sequence[AuditEvent]
    holds: Sequence[Hold]
    reports: Sequence[ReportRun]
    retention: Mapping[str, Any]
    subject: Sequence[AuditEvent] = ()


def report(kind: str, head: Mapping[str, Any], found: Evidence) -> Document:
    """The report of a kind (:data:`KINDS`). With a ``subject`` in its head, all events of theirs too."""
    notes = _NOTES[kind]
    counts = [(*key, number) for key, number in sorted(found.counts.items())]
    tables = [
        Table("access", ("category", "action", "outcome", "count"), counts, notes["access"]),
        *(events_table(name, getattr(found, name), notes[name]) for name in LISTS),
        Table("holds", HOLDS, [_hold(hold) for hold in found.holds], notes["holds"]),
        Table("reports", REPORTS, [_run(run) for run in found.reports], notes["reports"]),
        Table("retention", ("what", "value"), list(found.retention.items()), notes["retention"]),
    ]
    if head.get("subject"):
        tables.append(events_table("subject", found.subject, "Art. 15: what this person did and was refused"))
    return Document(f"{kind} report", head, tables)


def events_table(name: str, events: Sequence[AuditEvent], note: str = "") -> Table:
    """Events as a table."""
    return Table(name, COLUMNS, [_row(event) for event in events], note)


def moment(at_us: int | None) -> str:
    """A time as people read it; empty for none."""
    if at_us is None:
        return ""
    return f"{(_EPOCH + timedelta(microseconds=at_us)).isoformat(timespec='milliseconds')}Z"


def _row(event: AuditEvent) -> tuple[Any, ...]:
    named = (getattr(event, name) for name in COLUMNS[2:-1])
    return (moment(event.at_us), event.at_us, *named, dict(event.details))


def _hold(hold: Hold) -> tuple[Any, ...]:
    span = (moment(hold.since_us), moment(hold.until_us)) if hold.kind is Held.RANGE else ("", "")
    ended = (moment(hold.released_us), hold.released_by, hold.release_reason)
    kind, placed = str(hold.kind), moment(hold.placed_us)
    return (hold.id, kind, hold.subject, *span, hold.reason, hold.by, placed, *ended)


def _run(run: ReportRun) -> tuple[Any, ...]:
    times = (moment(run.since_us), moment(run.until_us), moment(run.made_us))
    return (run.id, run.kind, run.form, run.schedule, *times, run.cid, run.size)
