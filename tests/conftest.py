"""Fixtures that several packages of tests share: real databases."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from engine.base.limits import GC_OBJECTS
from engine.sandbox.module_cache import ModuleCache
from engine.sandbox.python import PythonGuest
from engine.sandbox.wasm_sandbox import cache_directory
from tests.databases import migrate, register, sqlite, wipe
from tests.ordering import dealt
from tests.services.postgres import PostgresServer

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # a machine that does much else says nothing of the code

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.services)


PREPARATION = pytest.StashKey[Thread]()


def pytest_configure(config: pytest.Config) -> None:
    """Save what hundreds of processes would do again and again, each for itself: compiling Python's modules
    and the Python guest, and looking for garbage among the tests."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    gc.set_threshold(GC_OBJECTS, *gc.get_threshold()[1:])
    if getattr(config.option, "numprocesses", None):
        guest = PythonGuest(ModuleCache(cache_directory()))
        config.stash[PREPARATION] = Thread(target=guest.prepare, kwargs={"niceness": 0})
        config.stash[PREPARATION].start()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any) -> None:
    """Begin with the tests when the guest is there."""
    node.config.stash[PREPARATION].join()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the tests to the workers."""
    workers = getattr(config, "workerinput", {"workercount": 1})["workercount"]
    if workers > 1:
        items[:] = dealt(items, workers)


def pytest_collection_finish() -> None:
    """The tests themselves are no garbage: never look at them again."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """Sandboxes that are kept until the end are freed before the library that frees them."""
    gc.unfreeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what could not be tested on this machine."""
    left_out = [
        report for report in terminalreporter.stats.get("skipped", []) if "Kubo" in str(report.longrepr)
    ]
    if left_out:
        terminalreporter.section("not tested")
        terminalreporter.write_line(
            f"{len(left_out)} tests with real Kubo daemons were NOT RUN: no daemon is built; "
            "install Go and call make test-setup"
        )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test run's own; fails where PostgreSQL is not installed."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> str:
    """Alias of a migrated SQLite file with a node's options."""
    register("sqlite_test", sqlite(tmp_path_factory.mktemp("database") / "test.sqlite3"))
    with django_db_blocker.unblock():
        migrate("sqlite_test")
    return "sqlite_test"


@pytest.fixture(scope="session")
def postgres_database(postgres_server: PostgresServer, django_db_blocker: Any) -> Iterator[str]:
    """Alias of a migrated PostgreSQL database."""
    from django.db import connections

    postgres_server.create_database("qflow_test")
    register("postgres_test", postgres_server.django("qflow_test"))
    with django_db_blocker.unblock():
        migrate("postgres_test")
        yield "postgres_test"
        connections["postgres_test"].close()


@pytest.fixture(params=["sqlite", POSTGRESQL])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Alias of an empty database, of either kind."""
    yield from empty_database(request, request.param)


def empty_database(request: pytest.FixtureRequest, kind: str) -> Iterator[str]:
    """Alias of an empty database of a kind, usable until the test ends."""
    blocker = request.getfixturevalue("django_db_blocker")
    alias = request.getfixturevalue(f"{'postgres' if kind == 'postgresql' else kind}_database")
    with blocker.unblock():
        wipe(alias)
        yield alias
