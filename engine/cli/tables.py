"""The database's tables: checked with one query, created or updated where they are behind."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.base.errors import NodeFailure
from engine.settings import EngineSettings

ADVISORY_LOCK = 0x71666C6F77  # "qflow"; any number will do as long as all nodes use the same


def ensure_tables(settings: EngineSettings) -> bool:
    """Bring the tables up to date; True where they were behind. Safe to call from several processes."""
    if not pending():
        return False
    with _alone(settings):
        if not pending():
            return False
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
    return True


def pending() -> list[str]:
    """Migrations that the database lacks; raises where it is newer than this program."""
    from django.db import DatabaseError, connection
    from django.db.migrations.recorder import MigrationRecorder

    try:
        recorded = MigrationRecorder(connection).applied_migrations()
    except DatabaseError as error:
        raise NodeFailure(f"cannot reach the database: {error}") from error
    applied, known = set(recorded), _known()
    installed = {app for app, _ in known}
    newer = sorted(f"{app}.{name}" for app, name in applied - known if app in installed)
    if newer:
        raise NodeFailure(f"the database was made by a newer Qflow (it has {newer[-1]}); update this one")
    return sorted(f"{app}.{name}" for app, name in known - applied)


def _known() -> set[tuple[str, str]]:
    """App and name of every migration that is installed, found without importing any."""
    from django.apps import apps

    return {
        (app.label, file.stem)
        for app in apps.get_app_configs()
        for file in (Path(app.path) / "migrations").glob("[0-9]*.py")
    }


@contextmanager
def _alone(settings: EngineSettings) -> Iterator[None]:
    """Hold off other processes: of this data directory, and of a shared PostgreSQL."""
    from django.db import connection

    with (settings.data_dir / "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
