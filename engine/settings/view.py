"""The settings in force as people may see them: where each comes from, with secrets hidden."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from engine.settings.documentation import limit_meanings
from engine.settings.logs import HIDDEN, redacted
from engine.settings.table import LIMITS, SETTINGS, Setting
from engine.settings.values import EngineSettings


@dataclass(frozen=True, slots=True)
class SettingView:
    """One setting. ``source`` is where its value was found; ``secret`` ones have no value here."""

    name: str
    value: Any
    default: str
    source: str
    help: str
    form: str
    secret: bool


def setting_views(settings: EngineSettings) -> tuple[list[SettingView], list[SettingView]]:
    """The settings of the node, and its limits."""
    values, meanings = effective(settings, limits=True), limit_meanings()
    return (
        [_view(settings, row, values[row.name], row.help) for row in SETTINGS],
        [_view(settings, row, values[row.name], meanings.get(row.field, "")) for row in LIMITS],
    )


def _view(settings: EngineSettings, row: Setting, value: Any, help: str) -> SettingView:
    source = settings.sources.get(row.field, "default")
    return SettingView(row.name, value, row.default, source, help, row.reader.form, row.secret)


def effective(settings: EngineSettings, *, limits: bool) -> dict[str, Any]:
    """Variable -> value in force; where a setting is left empty, what follows from the others."""
    resolved: dict[str, Any] = {
        "public_url": settings.base_url,
        "allowed_hosts": settings.hosts,
        "database_url": redacted(settings.database),
        "channel_url": redacted(settings.channel),
        "broker_url": redacted(settings.broker_url),
        "redis_url": redacted(settings.redis_url),
        "mail_url": redacted(settings.mail_url),
        "drive_mode": settings.drive,
        "root_key": HIDDEN if settings.root_key else "(kept in the data directory)",
        "secret": HIDDEN if settings.secret else "(kept in the data directory)",
        "node": settings.node or "(kept in the data directory)",
    }
    for row in SETTINGS:
        if row.secret and row.field not in resolved:
            resolved[row.field] = HIDDEN if getattr(settings, row.field) else ""
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
