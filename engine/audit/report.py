"""Compliance reports: what the audit trail says of a period, under the criteria that ask for it.

They gather evidence; whether it satisfies a criterion is for an auditor to judge. Criteria: AICPA Trust
Services Criteria (2017, CC6 to CC8), and the General Data Protection Regulation by article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.audit.forms import Document, Table
from engine.ports.audit_trail import AuditEvent

KINDS = ("soc2", "gdpr")

COLUMNS = (
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
"""The columns of a table of events; times are microseconds since 1970."""

_NOTES = {
    "soc2": {
        "access": "CC6.1, CC6.3: access to systems and data, by kind and outcome",
        "violations": "CC6.6, CC7.2, CC7.3: what was refused or failed",
        "changes": "CC6.2, CC8.1: changes of flows, policies, grants, tokens and keys",
        "data": "CC6.7: data that was exported, shared or erased",
        "retention": "CC6.5: how long data is kept",
    },
    "gdpr": {
        "access": "Art. 30: processing, by kind and outcome",
        "violations": "Art. 32, 33: what was refused or failed",
        "changes": "Art. 24, 25: changes of flows, policies, grants, consents and keys",
        "data": "Art. 15, 17, 20: data that was exported, shared or erased",
        "retention": "Art. 5(1)(e): how long data is kept",
    },
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a report is made of; events are newest first."""

    counts: Mapping[tuple[str, str, str], int]
    violations: Sequence[AuditEvent]
    changes: Sequence[AuditEvent]
    data: Sequence[AuditEvent]
    retention: Mapping[str, Any]
    subject: Sequence[AuditEvent] = ()


def report(kind: str, head: Mapping[str, Any], found: Evidence) -> Document:
    """The report of a kind (:data:`KINDS`). With a ``subject`` in its head, all events of theirs too."""
    notes = _NOTES[kind]
    counts = [(*key, number) for key, number in sorted(found.counts.items())]
    lists = ("violations", "changes", "data")
    tables = [
        Table("access", ("category", "action", "outcome", "count"), counts, notes["access"]),
        *(events_table(name, getattr(found, name), notes[name]) for name in lists),
        Table("retention", ("what", "value"), list(found.retention.items()), notes["retention"]),
    ]
    if head.get("subject"):
        tables.append(events_table("subject", found.subject, "Art. 15: what this person did and was refused"))
    return Document(f"{kind} report", head, tables)


def events_table(name: str, events: Sequence[AuditEvent], note: str = "") -> Table:
    """Events as a table."""
    return Table(name, COLUMNS, [_row(event) for event in events], note)


def _row(event: AuditEvent) -> tuple[Any, ...]:
    named = (getattr(event, name) for name in COLUMNS[1:-1])
    return (event.at_us, *named, dict(event.details))
