"""Rings that are doubled, lost, or cannot be sent: the journal is the truth, the bell only a bell."""

from __future__ import annotations

import time
from typing import Any

import pytest
import redis

from tests.faults import flows
from tests.faults.cluster import Cluster, until
from tests.faults.conftest import MakeCluster, emptied
from tests.faults.counting import CountingServer
from tests.faults.invariants import check_effects, check_execution
from tests.services.redis import RedisServer

pytestmark = [pytest.mark.slow, pytest.mark.services]

ACCEPTED_WITHIN_S = 10
AWAY_S = 5


def check_ten(cluster: Cluster, server: CountingServer, executions: list[str]) -> None:
    """These executions of the ten effects, and no others, went well."""
    assert sorted(cluster.tables.of_flow("ten")) == sorted(executions)
    for execution in executions:
        check_execution(cluster.tables, execution, flows.TEN_STEPS)
    check_effects(server, cluster.tables, dict.fromkeys(executions, flows.EFFECTS))


def test_rings_that_come_three_times_change_nothing(
    make_cluster: MakeCluster, server: CountingServer, counting_url: str
) -> None:
    cluster = make_cluster()
    cluster.start(flows.ten_effects(counting_url), workers=2)
    server.slow_s = 0.02
    app = cluster.celery()
    executions = []
    for _ in range(8):
        executions.append(cluster.start_flow("ten"))
        for _ in range(3):
            app.send_task("engine.ring", (executions[-1],), ignore_result=True)
    cluster.vigil().until_ended(expected=8)
    for execution in executions:
        app.send_task("engine.ring", (execution,), ignore_result=True)
    check_ten(cluster, server, executions)


def test_rings_that_were_all_lost_are_made_good_by_the_sweep(
    make_cluster: MakeCluster, server: CountingServer, counting_url: str, redis_server: RedisServer
) -> None:
    cluster = make_cluster()
    cluster.start(flows.ten_effects(counting_url), workers=0)
    executions = [cluster.start_flow("ten") for _ in range(4)]
    with redis.Redis.from_url(redis_server.url()) as client:
        assert client.keys("qflow*"), "nobody rang"
    cluster.add_worker()
    emptied(redis_server)
    cluster.vigil().until_ended(expected=4)
    check_ten(cluster, server, executions)


@pytest.mark.parametrize("kind", ["redis", "rabbitmq"])
def test_a_broker_that_is_away_for_a_while_stops_nothing(
    make_cluster: MakeCluster,
    server: CountingServer,
    counting_url: str,
    request: pytest.FixtureRequest,
    kind: str,
) -> None:
    broker: Any = request.getfixturevalue("redis_server" if kind == "redis" else "rabbit_server")
    cluster = make_cluster(broker)
    cluster.start(flows.ten_effects(counting_url), workers=2)
    vigil = cluster.vigil()
    server.slow_s = 0.1
    executions = [cluster.start_flow("ten") for _ in range(4)]
    assert server.wait_for(4)
    broker.crash()
    server.slow_s = 0.02
    for _ in range(4):
        began = time.monotonic()
        executions.append(cluster.start_flow("ten"))
        assert time.monotonic() - began < ACCEPTED_WITHIN_S, "a start waited for the broker"
    vigil.until_ended(expected=8)  # the workers do not wait for the broker
    until(lambda: time.monotonic() > began + AWAY_S)  # long enough for them to try less and less often
    broker.start()
    executions += [cluster.start_flow("ten") for _ in range(2)]
    vigil.until_ended(expected=10)
    check_ten(cluster, server, executions)
