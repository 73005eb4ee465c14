"""A database that is locked or gone for seconds in the middle: everything goes on when it is back."""

from __future__ import annotations

import sqlite3
import time

import pytest

from tests.faults.conftest import MakeCluster, MakeNode
from tests.faults.counting import CountingServer
from tests.faults.flows import EFFECTS, TEN_STEPS, ten_effects
from tests.faults.invariants import check_effects, check_execution
from tests.faults.test_broker import check_ten
from tests.services.postgres import PostgresServer

pytestmark = pytest.mark.slow

LOCKED_S = 4
GONE_S = 2


def test_sqlite_that_another_process_locks_for_seconds_loses_nothing(
    make_node: MakeNode, server: CountingServer, counting_url: str
) -> None:
    node = make_node("ten", [ten_effects(counting_url)])
    node.start()
    server.slow_s = 0.05
    executions = [node.begin("/webhook/ten") for _ in range(5)]
    assert server.wait_for(10)
    with sqlite3.connect(node.data_dir / "qflow.sqlite3", isolation_level=None, timeout=10) as database:
        database.execute("BEGIN EXCLUSIVE")
        time.sleep(LOCKED_S)
        seen = server.total
        database.execute("ROLLBACK")
    database.close()
    assert seen < 5 * len(EFFECTS), "all was over before the database was locked"
    executions.append(node.begin("/webhook/ten"))
    statuses = node.vigil().until_ended(expected=6)
    assert statuses == dict.fromkeys(executions, "completed")
    for execution in statuses:
        check_execution(node.tables, execution, TEN_STEPS)
    check_effects(server, node.tables, dict.fromkeys(statuses, EFFECTS))
    assert node.stop() == 0


@pytest.mark.services
def test_postgresql_that_crashes_and_comes_back_loses_nothing(
    make_cluster: MakeCluster, server: CountingServer, counting_url: str, database_server: PostgresServer
) -> None:
    cluster = make_cluster()
    cluster.start(ten_effects(counting_url), workers=2)
    server.slow_s = 0.1
    executions = [cluster.start_flow("ten") for _ in range(6)]
    assert server.wait_for(20)
    database_server.halt()
    time.sleep(GONE_S)
    database_server.start()
    vigil = cluster.vigil()
    executions.append(cluster.start_flow("ten"))
    vigil.until_ended(expected=7)
    check_ten(cluster, server, executions)


@pytest.mark.services
def test_a_node_of_its_own_on_postgresql_outlives_a_crash_of_it(
    make_node: MakeNode, server: CountingServer, counting_url: str, database_server: PostgresServer
) -> None:
    database_server.create_database("alone")
    node = make_node("empty", [], QFLOW_DATABASE_URL=database_server.url("alone"))
    node.tables.url = database_server.url("alone")
    node.create(ten_effects(counting_url))
    node.start()
    server.slow_s = 0.05
    executions = [node.begin("/webhook/ten") for _ in range(5)]
    assert server.wait_for(20)
    database_server.halt()
    time.sleep(GONE_S)
    database_server.start()
    statuses = node.vigil().until_ended(expected=5)
    assert statuses == dict.fromkeys(executions, "completed")
    for execution in statuses:
        check_execution(node.tables, execution, TEN_STEPS)
    check_effects(server, node.tables, dict.fromkeys(statuses, EFFECTS))
    assert node.stop() == 0
