"""The schema: complete, isolated by subnet, and indexed for what the SQL asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pytest
from django.apps import apps
from django.db import connections
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from engine.ports.journal_store import ExecutionQuery, Header
from engine.storage import journal, lanes, listing
from engine.storage.headers import CHANGING, COLUMNS
from engine.storage.tables import Execution

NODE_WIDE = {"Counter", "LogHead", "LogNode", "Subnet"}
"""Tables that are not a tenant's: the tenants themselves, counters of the node, and its log of hashes."""


def test_the_migrations_make_exactly_these_tables() -> None:
    loader = MigrationLoader(None)
    names = sorted(name for app, name in loader.disk_migrations if app == "engine")
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    assert detector.changes(loader.graph).get("engine", []) == []


@pytest.mark.parametrize(
    "model", list(apps.get_app_config("engine").get_models()), ids=lambda model: model.__name__
)
def test_every_row_carries_its_subnet(model: Any) -> None:
    columns = {field.name for field in model._meta.get_fields()}
    assert "subnet" in columns or model.__name__ in NODE_WIDE


def test_every_field_of_a_header_has_its_column() -> None:
    columns = {field.name for field in Execution._meta.get_fields()}
    assert (
        {field.name for field in fields(Header)}
        == set(COLUMNS)
        == columns - {"base_sequence", "base_head", "data_key", "salt_key"}
    )
    decided = {"id", "subnet", "flow", "version", "trigger_type", "mode", "priority", "actor", "created_us"}
    assert set(COLUMNS) - set(CHANGING) == decided | {"parent", "concurrency_max"}


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (lanes._NEXT_WAKE, "execution_timer"),
        (lanes._LANE.format(without=" AND flow NOT IN ('a')"), "execution_lane"),
        (lanes._LISTENING, "execution_listening"),
        (journal._EXPIRED, "execution_kept"),
        (
            "SELECT COUNT(*) FROM engine_execution WHERE status = 'running' AND subnet = %s",
            "execution_running",
        ),
        (
            "UPDATE engine_execution SET lease_until_us = 1 WHERE lease_owner > '' AND lease_owner = %s",
            "execution_leased",
        ),
    ],
)
def test_the_planner_uses_the_index_that_is_meant(sqlite_alias: str, sql: str, index: str) -> None:
    assert index in plan(sqlite_alias, sql)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "execution_listed"),
        ({"flow": "f"}, "execution_of_flow"),
        ({"parent": "exe_1"}, "execution_children"),
        ({"status": "waiting"}, "execution_live"),
        ({"status": "failed"}, "execution_failed"),
        ({"status": "aborted"}, "execution_aborted"),
    ],
)
def test_lists_are_read_in_the_order_of_an_index(
    sqlite_alias: str, query: dict[str, str], index: str
) -> None:
    conditions, values = listing.conditions_of(ExecutionQuery("alpha", **query))
    sql = f"SELECT id FROM engine_execution WHERE {conditions} ORDER BY created_us DESC, id DESC LIMIT 50"
    used = plan(sqlite_alias, sql, values)
    assert index in used
    assert "TEMP B-TREE" not in used


def test_a_sweep_reads_only_what_is_alive(sqlite_alias: str) -> None:
    used = plan(sqlite_alias, lanes._DUE)
    assert {"execution_running", "execution_timer", "signal_waiting"} <= {
        word for line in used.splitlines() for word in line.split()
    }
    assert not [
        line for line in used.splitlines() if line.startswith("SCAN engine_execution") and "USING" not in line
    ]


def plan(alias: str, sql: str, values: Sequence[Any] = ()) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values or [1] * sql.count("%s"))
        return "\n".join(row[3] for row in cursor.fetchall())


@pytest.fixture
def sqlite_alias(sqlite_database: str, django_db_blocker: Any) -> Any:
    """Alias of the SQLite database."""
    with django_db_blocker.unblock():
        yield sqlite_database
