"""What commands on records, bundles and imports ask of a node: the data directory here, or one elsewhere."""

from __future__ import annotations

import argparse
from typing import Any, Protocol

from engine.cli.door import token_of, url_of

Json = dict[str, Any]


class Records(Protocol):
    """JSON values have the shapes of REST; bytes are files as they are written."""

    def search_audit(self, asked: Json, limit: int) -> list[Json]:
        """Events of the audit trail; ``asked`` has the names of REST's parameters."""

    def export_audit(self, asked: Json, form: str) -> bytes: ...
    def report_audit(self, kind: str, period: Json, subject: str, form: str) -> bytes: ...
    def log_head(self) -> Json: ...
    def log_growth(self, before: int) -> bytes: ...
    def holds(self) -> list[Json]: ...
    def place_hold(self, body: Json) -> Json: ...
    def release_hold(self, hold: str, reason: str) -> Json: ...
    def schedules(self) -> list[Json]: ...
    def add_schedule(self, body: Json) -> Json: ...
    def remove_schedule(self, schedule: str) -> Json: ...
    def reports(self, limit: int) -> list[Json]: ...
    def kept_report(self, report: str) -> bytes: ...
    def export_subject(self, subject: str) -> Json: ...
    def erase_subject(self, subject: str, dry_run: bool) -> Json: ...
    def export_execution(self, execution: str, withhold: bool) -> bytes: ...
    def attest_receipts(self, execution: str, step: str | None) -> bytes:
        """One envelope a line."""

    def verify_execution(self, execution: str, identity: str | None) -> Json:
        """``{"ok": True, ...}``, or ``{"ok": False, "where", "what"}``."""

    def import_n8n(self, data: bytes, name: str, dry_run: bool, publish: bool) -> Json:
        """``{"nodes", "runnable", "workflows"}``."""


def open_records(args: argparse.Namespace) -> Records:
    """Those of the node at ``--url`` (``QFLOW_URL``), else of the data directory."""
    if url := url_of(args):
        from engine.cli.remote_records import RemoteRecords

        return RemoteRecords(url, token_of(args))
    from engine.cli.boot import local_actor, open_world

    world = open_world(args)
    from engine.cli.local_records import LocalRecords

    return LocalRecords(world, local_actor(args))
