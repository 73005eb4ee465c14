"""Health: what a node is made of, and how each part is, as the reference's ``HealthCheck``."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from typing import Any

from engine.execution.scope import iso
from engine.usecases.world import World

log = logging.getLogger(__name__)

HEALTHY, DEGRADED, UNHEALTHY = "healthy", "degraded", "unhealthy"

DISK_FREE_BYTES_MIN = 64 * 1024 * 1024
DISK_FREE_BYTES_GOOD = 512 * 1024 * 1024
SWEEP_AGE_MAX_S = 60

Found = tuple[str, dict[str, Any]]
"""A state and what is known about it."""


def _database(world: World) -> Found:
    began = world.clock.monotonic_us()
    world.flows.routes_revision()
    return HEALTHY, {"answeredInMs": round((world.clock.monotonic_us() - began) / 1000, 3)}


_migrated = False  # a process that once found all migrations applied need not look again


def _migrations(world: World) -> Found:
    global _migrated
    if _migrated:
        return HEALTHY, {"missing": []}
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    names = [f"{migration.app_label}.{migration.name}" for migration, _ in missing]
    _migrated = not names
    return (UNHEALTHY if names else HEALTHY), {"missing": names}


def _worker(world: World) -> Found:
    from engine.wiring import running_node

    node = running_node()
    if node is None or node.world is not world:
        return DEGRADED, {"reason": "no worker runs in this process"}
    age_s = (world.clock.now_us() - node.keeper.swept_us) / 1e6
    state = HEALTHY if age_s < SWEEP_AGE_MAX_S else UNHEALTHY
    return state, {"executionsHeld": len(world.worker.live()), "lastSweepSecondsAgo": round(age_s, 3)}


def _broker(world: World) -> Found:
    from celery import current_app

    from engine.settings import current

    if current().embedded:
        return HEALTHY, {"kind": "embedded"}
    with current_app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=2)
        return HEALTHY, {"kind": connection.transport_cls}


def _disk(world: World) -> Found:
    from engine.settings import current

    free = shutil.disk_usage(current().data_dir).free
    good = HEALTHY if free >= DISK_FREE_BYTES_GOOD else DEGRADED
    return (good if free >= DISK_FREE_BYTES_MIN else UNHEALTHY), {"freeBytes": free}


CHECKS: dict[str, Callable[[World], Found]] = {
    "database": _database,
    "migrations": _migrations,
    "worker": _worker,
    "broker": _broker,
    "disk": _disk,
}

STARTUP = ("database", "migrations")
"""What must be well before a node can begin."""

LOST_WITHOUT = frozenset({"database", "migrations", "disk", "worker"})
"""A node whose broker is away still works: its sweep finds what a lost ring left behind."""


def checks_of(world: World, names: tuple[str, ...] = tuple(CHECKS)) -> list[dict[str, Any]]:
    """Check the parts with these names. Blocks; a part that fails is unhealthy, never an error."""
    return [_check(world, name) for name in names]


def _check(world: World, name: str) -> dict[str, Any]:
    try:
        status, details = CHECKS[name](world)
    except Exception as error:
        log.warning("health check %s failed: %s", name, error)
        status, details = UNHEALTHY, {"error": type(error).__name__}
    if status == UNHEALTHY and name not in LOST_WITHOUT:
        status = DEGRADED
    now = iso(world.clock.now_us()).replace("+00:00", "Z")
    return {"component": name, "status": status, "lastCheck": now, "details": details}


def overall(checks: list[dict[str, Any]]) -> str:
    """The worst state of all."""
    states = {check["status"] for check in checks}
    return next(state for state in (UNHEALTHY, DEGRADED, HEALTHY) if state in states)
