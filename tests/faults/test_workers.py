"""Workers and web processes that die or stop in the middle: others go on with what they had."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.faults import flows
from tests.faults.cluster import LEASE_MS, Cluster, until
from tests.faults.conftest import MakeCluster
from tests.faults.counting import CountingServer
from tests.faults.invariants import interruptions
from tests.faults.test_broker import check_ten

pytestmark = [pytest.mark.slow, pytest.mark.services]

LEASE_S = LEASE_MS / 1000
EXECUTIONS = 5
STOPS_WITHIN_S = 15


@pytest.fixture
def cluster(make_cluster: MakeCluster, server: CountingServer, counting_url: str) -> Cluster:
    made = make_cluster()
    made.start(flows.ten_effects(counting_url), workers=2)
    server.slow_s = 0.05
    return made


def some_holder(cluster: Cluster, executions: list[str]) -> int:
    """Process id of a child that holds an execution and lives."""
    found: set[int] = set()

    def look() -> bool:
        found.update(pid for execution in executions if (pid := cluster.holder(execution)))
        found.intersection_update(child for worker in cluster.workers for child in worker.children())
        return bool(found)

    until(look)
    return found.pop()


def next_arrival(server: CountingServer, after: float) -> float:
    """Seconds until the next effect arrives."""
    seen = len(server.arrivals)
    assert server.wait_for(seen + 1)
    return server.arrivals[seen] - after


def test_a_child_that_is_killed_is_replaced_and_its_executions_go_on(
    cluster: Cluster, server: CountingServer
) -> None:
    executions = [cluster.start_flow("ten") for _ in range(EXECUTIONS)]
    vigil = cluster.vigil()
    for count in (5, 15, 25):
        assert server.wait_for(count)
        os.kill(some_holder(cluster, executions), signal.SIGKILL)
    vigil.until_ended(expected=EXECUTIONS)
    check_ten(cluster, server, executions)
    assert all(worker.alive for worker in cluster.workers)


def test_a_worker_that_is_killed_leaves_its_executions_to_another_one(
    cluster: Cluster, server: CountingServer
) -> None:
    executions = [cluster.start_flow("ten") for _ in range(EXECUTIONS)]
    vigil = cluster.vigil()
    assert server.wait_for(8)
    children = cluster.workers[0].children()
    cluster.workers[0].kill()
    vigil.until_ended(expected=EXECUTIONS)
    check_ten(cluster, server, executions)
    until(lambda: not any(os.path.exists(f"/proc/{child}") for child in children))


def test_an_execution_goes_on_within_two_leases_after_its_worker_died(
    cluster: Cluster, server: CountingServer
) -> None:
    execution = cluster.start_flow("ten")
    vigil = cluster.vigil()
    assert server.wait_for(3)
    holder = some_holder(cluster, [execution])
    (worker,) = [worker for worker in cluster.workers if holder in worker.children()]
    worker.kill()
    killed = time.monotonic()
    assert next_arrival(server, killed) < 2 * LEASE_S
    vigil.until_ended(expected=1)
    check_ten(cluster, server, [execution])


def test_the_web_process_can_die_without_anything_being_interrupted(
    cluster: Cluster, server: CountingServer
) -> None:
    executions = [cluster.start_flow("ten") for _ in range(EXECUTIONS)]
    vigil = cluster.vigil()
    assert server.wait_for(8)
    cluster.web.kill()
    vigil.until_ended(expected=EXECUTIONS)
    cluster.web.start()
    executions.append(cluster.start_flow("ten"))
    vigil.until_ended(expected=EXECUTIONS + 1)
    check_ten(cluster, server, executions)
    assert not any(interruptions(cluster.tables.facts(execution)) for execution in executions)


def test_a_worker_that_is_told_to_stop_lets_steps_land_and_hands_over_at_once(
    cluster: Cluster, server: CountingServer
) -> None:
    executions = [cluster.start_flow("ten") for _ in range(EXECUTIONS)]
    vigil = cluster.vigil()
    assert server.wait_for(8)
    began = time.monotonic()
    assert cluster.workers.pop(0).stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < STOPS_WITHIN_S
    vigil.until_ended(expected=EXECUTIONS)
    check_ten(cluster, server, executions)
    assert not any(interruptions(cluster.tables.facts(execution)) for execution in executions)
    assert vigil.longest_s < LEASE_S
