"""Records of a node elsewhere, over REST with a bearer token."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from engine.cli.remote_door import RemoteDoor

Json = dict[str, Any]


class RemoteRecords(RemoteDoor):
    """:class:`engine.cli.records.Records` of a node elsewhere."""

    def search_audit(self, asked: Json, limit: int) -> list[Json]:
        """A page of events."""
        return list(self._call("GET", "/audit", **asked, limit=limit)["events"])

    def export_audit(self, asked: Json, form: str) -> bytes:
        """Events as a file."""
        return self._file("/audit/export", **asked, form=form)

    def report_audit(self, kind: str, period: Json, subject: str, form: str) -> bytes:
        """A report as a file."""
        return self._file(f"/audit/reports/{kind}", **period, subject=subject, form=form)

    def log_head(self) -> Json:
        """The signed head of the log."""
        return dict(self._call("GET", "/audit/log"))

    def log_growth(self, before: int) -> bytes:
        """The proof that it only grew."""
        return self._file("/audit/log/growth", before=before)

    def holds(self) -> list[Json]:
        """All holds."""
        return list(self._call("GET", "/audit/holds"))

    def place_hold(self, body: Json) -> Json:
        """A new one."""
        return dict(self._call("POST", "/audit/holds", body))

    def release_hold(self, hold: str, reason: str) -> Json:
        """End one."""
        return dict(self._call("POST", f"/audit/holds/{_part(hold)}/release", {"reason": reason}))

    def schedules(self) -> list[Json]:
        """Schedules of reports."""
        return list(self._call("GET", "/audit/schedules"))

    def add_schedule(self, body: Json) -> Json:
        """A new one."""
        return dict(self._call("POST", "/audit/schedules", body))

    def remove_schedule(self, schedule: str) -> Json:
        """Forget one."""
        return dict(self._call("DELETE", f"/audit/schedules/{_part(schedule)}"))

    def reports(self, limit: int) -> list[Json]:
        """What schedules made."""
        return list(self._call("GET", "/audit/reports", limit=limit)["reports"])

    def kept_report(self, report: str) -> bytes:
        """One of them, as it was made."""
        return self._file(f"/audit/reports/made/{_part(report)}")

    def export_subject(self, subject: str) -> Json:
        """Everything of a person."""
        return dict(self._call("POST", "/subjects/export", {"subject": subject}))

    def erase_subject(self, subject: str, dry_run: bool) -> Json:
        """Erase a person."""
        return dict(self._call("POST", "/subjects/erase", {"subject": subject, "dryRun": dry_run}))

    def export_execution(self, execution: str, withhold: bool) -> bytes:
        """A bundle."""
        return self._file(f"/executions/{_part(execution)}/export", withhold=str(withhold).lower())

    def attest_receipts(self, execution: str, step: str | None) -> bytes:
        """Envelopes, one a line."""
        return self._file(f"/executions/{_part(execution)}/export", format="in-toto", step=step)

    def verify_execution(self, execution: str, identity: str | None) -> Json:
        """What that node says of it; a bundle says it without trusting the node."""
        return dict(self._call("GET", f"/executions/{_part(execution)}/verify", identity=identity))

    def import_n8n(self, data: bytes, name: str, dry_run: bool, publish: bool) -> Json:
        """Flows there."""
        options = {"name": name, "dryRun": str(dry_run).lower(), "publish": str(publish).lower()}
        sent = self._request("POST", "/import/n8n", data, {"Content-Type": "application/json"}, **options)
        return dict(sent.json())

    def _file(self, path: str, **query: Any) -> bytes:
        return bytes(self._request("GET", path, None, {}, **query).content)


def _part(text: str) -> str:
    return quote(text, safe="")
