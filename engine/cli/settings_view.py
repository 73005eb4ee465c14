"""``qflow settings``: what is in force, with secrets hidden."""

from __future__ import annotations

import argparse
from dataclasses import fields
from typing import Any

from engine.cli.boot import load_settings, refuse_remote
from engine.cli.frame import OK, Command
from engine.cli.output import print_fields, print_json
from engine.settings import EngineSettings
from engine.settings.logs import HIDDEN, redacted
from engine.settings.table import LIMITS, SETTINGS


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limits", action="store_true", help="show the limits too")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    settings = load_settings(args)
    values = effective(settings, limits=args.limits or args.json)
    print_json(values) if args.json else print_fields(values)
    return OK


def effective(settings: EngineSettings, *, limits: bool) -> dict[str, Any]:
    """Variable -> value in force; where a setting is left empty, what follows from the others."""
    resolved = {
        "public_url": settings.base_url,
        "allowed_hosts": settings.hosts,
        "database_url": redacted(settings.database),
        "channel_url": redacted(settings.channel),
        "broker_url": redacted(settings.broker_url),
        "redis_url": redacted(settings.redis_url),
        "drive_mode": settings.drive,
        "vault_token": HIDDEN if settings.vault_token else "",
        "secret": HIDDEN if settings.secret else "(kept in the data directory)",
        "node": settings.node or "(kept in the data directory)",
    }
    values = {row.name: resolved.get(row.field, getattr(settings, row.field)) for row in SETTINGS}
    values = {
        name: value if isinstance(value, list | int) else _text(value) for name, value in values.items()
    }
    if limits:
        by_field = {row.field: row.name for row in LIMITS}
        for spec in fields(settings.limits):
            values[by_field[spec.name]] = getattr(settings.limits, spec.name)
    return values


def _text(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return "" if value is None else str(value)


COMMANDS = {"settings": Command(_configure, _run)}
