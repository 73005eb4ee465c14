"""Compliance reports from the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from engine.audit.forms import Document
from engine.audit.report import KINDS, LISTS, Evidence, moment, report
from engine.base.errors import InvalidInput
from engine.base.limits import AUDIT_REPORT_EVENTS_MAX, AUDIT_RETENTION_DAYS_MIN
from engine.flow.model import Flow
from engine.ports.access_store import Principal
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.ports.holds import Held, Hold
from engine.ports.report_store import ReportRun
from engine.usecases.forget_audit import audit_days
from engine.usecases.permission import require
from engine.usecases.remember import remember
from engine.usecases.search_audit import all_events
from engine.usecases.subject_data import pseudonym
from engine.usecases.world import World

ERASURES = ("execution.shred", "execution.delete", "subject.erase", "subject.export")
"""The actions of the list of erasures."""

PERIOD_US = 30 * 86_400 * 1_000_000


def report_audit(
    world: World, actor: Principal, kind: str, since_us: int | None, until_us: int | None, subject: str = ""
) -> Document:
    """A report (``soc2`` or ``gdpr``) on the actor's subnet from one time to another (excluded);
    by default on the last 30 days.

    ``subject``: a person whose events are all listed. Each list has at most
    :data:`AUDIT_REPORT_EVENTS_MAX` events; ``truncated`` names those that have more. The report itself
    is remembered.
    """
    require(world, actor, "system:read")
    made = compiled(world, actor.subnet, kind, since_us, until_us, subject)
    period = {"since": made.head["sinceUs"], "until": made.head["untilUs"]}
    remember(world, actor, "data", "audit.report", kind, details=period)
    return made


def compiled(
    world: World, subnet: str, kind: str, since_us: int | None, until_us: int | None, subject: str = ""
) -> Document:
    """The report, for who may have it; raises :class:`InvalidInput`."""
    until_us = world.clock.now_us() + 1 if until_us is None else until_us
    since_us = max(0, until_us - PERIOD_US) if since_us is None else since_us
    if kind not in KINDS or since_us >= until_us:
        raise InvalidInput(f"a report is {' or '.join(KINDS)}, from a time to a later one, not {kind!r}")
    asked = AuditQuery(subnet, since_us=since_us, until_us=until_us)
    found = _evidence(world, asked, subject)
    cut = [name for name in (*LISTS, "subject") if len(getattr(found, name)) >= AUDIT_REPORT_EVENTS_MAX]
    head = {
        "subnet": subnet,
        "node": world.node,
        "since": moment(since_us),
        "until": moment(until_us),
        "made": moment(world.clock.now_us()),
        "sinceUs": since_us,
        "untilUs": until_us,
        "madeUs": world.clock.now_us(),
        "subject": subject,
        "truncated": cut,
    }
    return report(kind, head, found)


def _evidence(world: World, asked: AuditQuery, subject: str) -> Evidence:
    def events(*queries: AuditQuery) -> list[AuditEvent]:
        found = [event for query in queries for event in all_events(world, query, AUDIT_REPORT_EVENTS_MAX)]
        found.sort(key=lambda event: (event.at_us, event.id), reverse=True)
        return found[:AUDIT_REPORT_EVENTS_MAX]

    data = events(replace(asked, category="data"))
    return Evidence(
        counts=world.audit.count(asked),
        violations=events(replace(asked, outcome="denied"), replace(asked, outcome="failed")),
        changes=events(replace(asked, category="change"), replace(asked, category="key")),
        data=[event for event in data if event.action not in ERASURES],
        erasures=events(*(replace(asked, category="data", action=action) for action in ERASURES)),
        holds=_holds(world, asked),
        reports=_reports(world, asked),
        retention=_retention(world, asked.subnet),
        subject=events(replace(asked, actor=subject)) if subject else (),
    )


def _holds(world: World, asked: AuditQuery) -> list[Hold]:
    """Those in force at some time of the period; persons by their pseudonyms."""
    since_us, until_us = asked.since_us or 0, asked.until_us or 0
    return [
        replace(hold, subject=pseudonym(world, hold.subject)) if hold.kind is Held.IDENTITY else hold
        for hold in world.holds.holds(asked.subnet)
        if hold.placed_us < until_us and (hold.released_us is None or hold.released_us >= since_us)
    ]


def _reports(world: World, asked: AuditQuery) -> list[ReportRun]:
    since_us, until_us = asked.since_us or 0, asked.until_us or 0
    runs = world.reports.runs(asked.subnet, AUDIT_REPORT_EVENTS_MAX)
    return [run for run in runs if run.made_us is not None and since_us <= run.made_us < until_us]


def _retention(world: World, subnet: str) -> dict[str, Any]:
    limits = world.policy.of(subnet).limits
    kept = {
        "executions, days": limits.retention_days,
        "audit trail and scheduled reports, days": audit_days(world, subnet),
        "audit trail, least days that a policy can set": AUDIT_RETENTION_DAYS_MIN,
    }
    for flow in _published(world, subnet):
        if flow.settings.retention_days is not None:
            kept[f"executions of flow {flow.id}, days"] = flow.settings.retention_days
    return kept


def _published(world: World, subnet: str) -> Iterator[Flow]:
    """The versions in force."""
    after: str | None = None
    while page := world.flows.list(subnet, limit=world.limits.page_size_max, after=after):
        for record in page:
            if record.published:
                yield world.flows.version(subnet, record.published)
        after = page[-1].id
