"""A node of several processes: each of them may be killed."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from tests.faults.conftest import MakeNode
from tests.faults.counting import CountingServer
from tests.faults.flows import one_effect, respond
from tests.faults.invariants import check_execution
from tests.faults.node import NodeProcess

pytestmark = pytest.mark.slow


@pytest.fixture
def node(make_node: MakeNode, counting_url: str) -> NodeProcess:
    return make_node("crew", [one_effect(counting_url), respond()], QFLOW_PROCESSES="2")


def eventually_gone(processes: list[int]) -> None:
    pause = threading.Event()
    for _ in range(1_000):
        if not any(Path(f"/proc/{process}").exists() for process in processes):
            return
        pause.wait(0.02)
    raise AssertionError("a process outlived its node")


def check_all(node: NodeProcess, flow: str, steps: list[str], count: int) -> None:
    executions = node.tables.of_flow(flow)
    assert len(executions) == count
    for execution in executions:
        check_execution(node.tables, execution, steps)


ONE, RESPOND = ["hook", "act", "told"], ["hook", "answer", "later"]


def test_callers_are_answered_by_executions_of_other_processes(
    node: NodeProcess, server: CountingServer
) -> None:
    node.start()
    assert len(node.children()) == 2
    for number in range(6):
        assert node.post("/webhook/one")[0] == 200
        assert node.post("/webhook/respond", {"word": number})[::2] == (201, {"said": number})
    node.vigil().until_ended()
    check_all(node, "one", ONE, 6)
    check_all(node, "respond", RESPOND, 6)
    children = node.children()
    assert node.stop() == 0
    eventually_gone(children)


def test_a_member_that_is_killed_takes_nothing_with_it(node: NodeProcess, server: CountingServer) -> None:
    node.start()
    for left in (1, 0):
        os.kill(node.children()[0], signal.SIGKILL)
        for _ in range(4):
            assert node.post("/webhook/one")[0] in (200, 500, 503)
        assert len(node.children()) == left
    assert node.post("/webhook/one")[0] == 200
    assert set(node.vigil().until_ended().values()) == {"completed"}
    assert node.stop() == 0


def test_members_end_when_their_node_is_killed_and_the_next_one_goes_on(
    node: NodeProcess, server: CountingServer
) -> None:
    node.start()
    assert node.post("/webhook/one")[0] == 200
    children = node.children()
    node.kill()
    node.start()
    eventually_gone(children)
    assert node.post("/webhook/one")[0] == 200
    check_all(node, "one", ONE, 2)
