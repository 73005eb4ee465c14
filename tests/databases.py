"""Databases for tests, beside Django's default one: registered, migrated and wiped by alias."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connections

PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY", "cache_size=-16000")


def sqlite(path: Path, timeout_s: float = 10) -> dict[str, Any]:
    """The entry of ``DATABASES`` for a file, with the options that a node uses."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": timeout_s,
            "init_command": "".join(f"PRAGMA {pragma};" for pragma in PRAGMAS),
        },
    }


def register(alias: str, database: dict[str, Any]) -> None:
    """Make a database known to Django under an alias."""
    complete = connections.configure_settings({"default": {}, alias: database})
    connections.settings[alias] = complete[alias]


def migrate(alias: str) -> None:
    """Bring its tables up to date."""
    call_command("migrate", database=alias, verbosity=0)


def wipe(alias: str) -> None:
    """Delete all rows of the engine's tables, and of the logs of DAOs."""
    daos = [apps.get_model("governance", name) for name in ("LogEntry", "DaoRecord")]
    with connections[alias].cursor() as cursor:
        for table in (*apps.get_app_config("engine").get_models(), *daos):
            cursor.execute(f'DELETE FROM "{table._meta.db_table}"')


def in_threads(count: int, work: Callable[[int], Any]) -> list[Any]:
    """What ``work`` gave in every thread, started together; database connections are closed after it."""
    results: list[Any] = [None] * count
    start = threading.Barrier(count)

    def run(number: int) -> None:
        start.wait(10)
        try:
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
