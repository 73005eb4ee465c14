"""Django's databases and channel layers, from the URLs of the settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from engine.settings import EngineSettings

SQLITE_BUSY_TIMEOUT_MS = 10_000
SQLITE_CACHE_KIB = 16_384
SQLITE_MMAP_BYTES = 256 * 1024 * 1024
SQLITE_CHECKPOINT_PAGES = 4_000  # 16 MB of log: a page that many commits write is copied once for them


def databases(settings: EngineSettings) -> dict[str, dict[str, Any]]:
    """``DATABASES``: SQLite in WAL mode, or PostgreSQL with persistent connections."""
    url = urlsplit(settings.database)
    make = _sqlite if url.scheme == "sqlite" else _postgresql
    return {"default": make(settings)}


def _sqlite(settings: EngineSettings) -> dict[str, Any]:
    pragmas = (
        "journal_mode=WAL",
        f"wal_autocheckpoint={SQLITE_CHECKPOINT_PAGES}",
        f"synchronous={settings.sqlite_synchronous}",
        f"busy_timeout={SQLITE_BUSY_TIMEOUT_MS}",
        "temp_store=MEMORY",
        f"cache_size=-{SQLITE_CACHE_KIB}",
        f"mmap_size={SQLITE_MMAP_BYTES}",
    )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": unquote(
            urlsplit(settings.database).path.removeprefix("/")
        ),  # sqlite:////absolute, sqlite:///relative
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A write lock from the start: readers never have to upgrade, so busy_timeout always helps.
            "transaction_mode": "IMMEDIATE",
            "timeout": SQLITE_BUSY_TIMEOUT_MS / 1000,
            "init_command": "".join(f"PRAGMA {pragma};" for pragma in pragmas),
        },
    }


def _postgresql(settings: EngineSettings) -> dict[str, Any]:
    url = urlsplit(settings.database)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(url.query)),
    }


def channel_layers(settings: EngineSettings) -> dict[str, dict[str, Any]]:
    """``CHANNEL_LAYERS``: in memory, or Redis where several processes share the live channel."""
    if settings.channel.startswith("memory:"):
        return {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}}
    config = {"hosts": [settings.channel], "capacity": 1000, "expiry": 30}
    return {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": config}}
