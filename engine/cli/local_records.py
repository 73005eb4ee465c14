"""Records of the data directory, also while a node runs on it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from engine.audit.forms import rendered
from engine.audit.verifier.bundle import Refused
from engine.base.errors import CorruptData
from engine.ports.access_store import Principal
from engine.ports.audit_trail import AuditQuery
from engine.usecases import manage_holds as holds
from engine.usecases import schedule_reports as reports
from engine.usecases.attest_receipts import attest_receipts
from engine.usecases.data_subjects import erase_subject, export_subject
from engine.usecases.export_execution import export_execution
from engine.usecases.import_flows import import_flows
from engine.usecases.node_log import log_growth, log_head
from engine.usecases.report_audit import report_audit
from engine.usecases.search_audit import export_audit, search_audit
from engine.usecases.verify_execution import verify_execution
from engine.usecases.world import World
from engine.web.rest.audit import event_of
from engine.web.rest.compliance import hold_of, report_of, schedule_of
from engine.web.rest.imports import import_shown

Json = dict[str, Any]

_COLUMNS = {
    "category": "category",
    "action": "action",
    "actor": "actor",
    "resource": "resource",
    "executionId": "execution",
    "outcome": "outcome",
    "sinceUs": "since_us",
    "untilUs": "until_us",
    "text": "text",
}
"""REST's parameters -> fields of a query."""


class LocalRecords:
    """:class:`engine.cli.records.Records` of a world of this process."""

    def __init__(self, world: World, actor: Principal) -> None:
        self._world, self._actor = world, actor

    def search_audit(self, asked: Json, limit: int) -> list[Json]:
        """A page of events."""
        found = search_audit(self._world, self._actor, self._query(asked, limit=limit))
        return [event_of(event) for event in found]

    def export_audit(self, asked: Json, form: str) -> bytes:
        """Events as a file."""
        return export_audit(self._world, self._actor, self._query(asked), form).encode()

    def report_audit(self, kind: str, period: Json, subject: str, form: str) -> bytes:
        """A report as a file."""
        times = (period.get("sinceUs"), period.get("untilUs"))
        return rendered(report_audit(self._world, self._actor, kind, *times, subject), form).encode()

    def log_head(self) -> Json:
        """The signed head of the log."""
        return log_head(self._world, self._actor)

    def log_growth(self, before: int) -> bytes:
        """The proof that it only grew."""
        return log_growth(self._world, self._actor, before)

    def holds(self) -> list[Json]:
        """All holds."""
        return [hold_of(hold) for hold in holds.list_holds(self._world, self._actor)]

    def place_hold(self, body: Json) -> Json:
        """A new one."""
        given = holds.NewHold(body["kind"], body["reason"], body["subject"], body["sinceUs"], body["untilUs"])
        return hold_of(holds.place_hold(self._world, self._actor, given))

    def release_hold(self, hold: str, reason: str) -> Json:
        """End one."""
        return hold_of(holds.release_hold(self._world, self._actor, hold, reason))

    def schedules(self) -> list[Json]:
        """Schedules of reports."""
        return [schedule_of(one) for one in reports.list_report_schedules(self._world, self._actor)]

    def add_schedule(self, body: Json) -> Json:
        """A new one."""
        when = {name: body.get(name) for name in ("cron", "intervalMs", "timezone")}
        made = reports.add_report_schedule(self._world, self._actor, body["kind"], body["form"], when)
        return schedule_of(made)

    def remove_schedule(self, schedule: str) -> Json:
        """Forget one."""
        return schedule_of(reports.remove_report_schedule(self._world, self._actor, schedule))

    def reports(self, limit: int) -> list[Json]:
        """What schedules made."""
        return [report_of(run) for run in reports.list_reports(self._world, self._actor, limit)]

    def kept_report(self, report: str) -> bytes:
        """One of them, as it was made."""
        return reports.kept_report(self._world, self._actor, report)[1]

    def export_subject(self, subject: str) -> Json:
        """Everything of a person."""
        return export_subject(self._world, self._actor, subject)

    def erase_subject(self, subject: str, dry_run: bool) -> Json:
        """Erase a person."""
        return erase_subject(self._world, self._actor, subject, dry_run=dry_run)

    def export_execution(self, execution: str, withhold: bool) -> bytes:
        """A bundle."""
        return export_execution(self._world, self._actor, execution, withhold=withhold)

    def attest_receipts(self, execution: str, step: str | None) -> bytes:
        """Envelopes, one a line."""
        envelopes = attest_receipts(self._world, self._actor, execution, step)
        return "".join(json.dumps(one) + "\n" for one in envelopes).encode()

    def verify_execution(self, execution: str, identity: str | None) -> Json:
        """What the journal proves."""
        try:
            report = verify_execution(self._world, self._actor, execution, identity)
        except Refused as refused:
            return {"ok": False, "where": refused.where, "what": refused.what}
        except CorruptData as error:
            where = f"entry {error.details.get('sequence', '?')}"
            return {"ok": False, "where": where, "what": error.message}
        return {"ok": True, **asdict(report)}

    def import_n8n(self, data: bytes, name: str, dry_run: bool, publish: bool) -> Json:
        """Flows here."""
        made = import_flows(self._world, self._actor, data, name, dry_run=dry_run, publish=publish)
        return import_shown(made)

    def _query(self, asked: Json, **more: Any) -> AuditQuery:
        given = {_COLUMNS[name]: value for name, value in asked.items() if value is not None}
        return AuditQuery(self._actor.subnet, **given, **more)
