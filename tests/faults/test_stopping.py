"""Ctrl-C in the middle of executions: what is in flight may land, the rest goes on at the next start."""

from __future__ import annotations

import threading
import time

import pytest

from tests.faults.conftest import MakeNode
from tests.faults.counting import CountingServer
from tests.faults.flows import EFFECTS, TEN_STEPS, ten_effects
from tests.faults.invariants import check_effects, check_execution, interruptions
from tests.faults.node import NodeProcess

pytestmark = pytest.mark.slow

STOPS_WITHIN_S = 15


def stopped(node: NodeProcess) -> None:
    began = time.monotonic()
    assert node.stop() == 0
    assert time.monotonic() - began < STOPS_WITHIN_S
    assert node.tables.query("SELECT COUNT(*) FROM engine_execution WHERE lease_owner > ''") == [(0,)]


def finished(node: NodeProcess, server: CountingServer, executions: list[str | None]) -> None:
    statuses = node.vigil().until_ended(expected=len(executions))
    assert statuses == dict.fromkeys(executions, "completed")
    for execution in statuses:
        check_execution(node.tables, execution, TEN_STEPS)
    check_effects(server, node.tables, dict.fromkeys(statuses, EFFECTS))


def test_steps_in_flight_land_and_nothing_runs_again(
    make_node: MakeNode, server: CountingServer, counting_url: str
) -> None:
    node = make_node("ten", [ten_effects(counting_url)])
    node.start()
    server.slow_s = 0.3
    executions = [node.begin("/webhook/ten") for _ in range(4)]
    assert server.wait_for(10)
    stopped(node)
    total = server.total
    assert total < 4 * len(EFFECTS)
    node.start()
    finished(node, server, executions)
    assert not any(interruptions(node.tables.facts(execution or "")) for execution in executions)
    assert server.total == 4 * len(EFFECTS)
    stopped(node)


def test_a_step_that_does_not_land_in_time_runs_again_under_its_key(
    make_node: MakeNode, server: CountingServer, counting_url: str
) -> None:
    node = make_node("ten", [ten_effects(counting_url)])
    node.start()
    let_go = threading.Event()
    server.before = lambda number: (number == 3 and let_go.wait(20), None)[1]
    executions = [node.begin("/webhook/ten")]
    assert server.wait_for(3)
    stopped(node)
    let_go.set()
    node.start()
    finished(node, server, executions)
    assert interruptions(node.tables.facts(executions[0] or "")) == {EFFECTS[2]: 1}
    stopped(node)
