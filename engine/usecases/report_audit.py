"""Compliance reports from the audit trail."""

from __future__ import annotations

from dataclasses import replace

from engine.audit.forms import Document
from engine.audit.report import KINDS, Evidence, report
from engine.base.errors import InvalidInput
from engine.base.limits import AUDIT_REPORT_EVENTS_MAX
from engine.ports.access_store import Principal
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.usecases.forget_audit import audit_days
from engine.usecases.permission import require
from engine.usecases.remember import remember
from engine.usecases.search_audit import all_events
from engine.usecases.world import World

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
    until_us = world.clock.now_us() + 1 if until_us is None else until_us
    since_us = max(0, until_us - PERIOD_US) if since_us is None else since_us
    if kind not in KINDS or since_us >= until_us:
        raise InvalidInput(f"a report is {' or '.join(KINDS)}, from a time to a later one, not {kind!r}")
    asked = AuditQuery(actor.subnet, since_us=since_us, until_us=until_us)
    found = _evidence(world, asked, subject)
    cut = [
        name
        for name in ("violations", "changes", "data", "subject")
        if len(getattr(found, name)) >= AUDIT_REPORT_EVENTS_MAX
    ]
    head = {
        "subnet": actor.subnet,
        "node": world.node,
        "sinceUs": since_us,
        "untilUs": until_us,
        "madeUs": world.clock.now_us(),
        "subject": subject,
        "truncated": cut,
    }
    remember(world, actor, "data", "audit.report", kind, details={"since": since_us, "until": until_us})
    return report(kind, head, found)


def _evidence(world: World, asked: AuditQuery, subject: str) -> Evidence:
    def events(*queries: AuditQuery) -> list[AuditEvent]:
        found = [event for query in queries for event in all_events(world, query, AUDIT_REPORT_EVENTS_MAX)]
        found.sort(key=lambda event: (event.at_us, event.id), reverse=True)
        return found[:AUDIT_REPORT_EVENTS_MAX]

    return Evidence(
        counts=world.audit.count(asked),
        violations=events(replace(asked, outcome="denied"), replace(asked, outcome="failed")),
        changes=events(replace(asked, category="change"), replace(asked, category="key")),
        data=events(replace(asked, category="data")),
        retention={
            "executions, days": world.policy.of(asked.subnet).limits.retention_days,
            "audit trail, days": audit_days(world, asked.subnet),
        },
        subject=events(replace(asked, actor=subject)) if subject else (),
    )
