"""Executions in the hands of another process of the node: driven once, told of, and never lost."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from engine.base.errors import ErrorInfo
from engine.dispatch import crew_messages as m
from engine.dispatch.clock import SystemClock
from engine.dispatch.crew import EngineCrew, Mate
from engine.dispatch.crew_member import Member, MemberMetrics, MemberNotifier, MemberWaker
from engine.dispatch.lines import Line
from engine.execution.session import Outcome
from engine.journal import facts as f
from engine.journal.state import Status
from engine.ports.crew import NoCrew
from engine.ports.journal_store import Header
from engine.ports.step_catalogue import Answer
from engine.testing.world import ALICE, fake_world
from engine.usecases.control_execution import post_signal
from engine.usecases.start_execution import StartRequest, start_execution

PROCESS = 4711


class House:
    """The node's own process and one member, on threads of this one."""

    def __init__(self, catalogue, *, speaks=True):
        own, theirs = Line.pair()
        self.poked, self.line = [], theirs
        self.crew = EngineCrew([Mate(own, PROCESS)])
        node = fake_world(catalogue, SystemClock(), owner="node:1:a")
        self.world = replace(node, crew=self.crew)
        shared = {"journal": node.journal, "flows": node.flows, "blocks": node.blocks}
        self.other = fake_world(catalogue, SystemClock(), owner=f"node:{PROCESS}:b", seed=1, **shared)
        voices = {"metrics": MemberMetrics(theirs), "notifier": MemberNotifier(theirs)}
        self.other = replace(self.other, waker=MemberWaker(theirs), **voices)
        self.member = Member(theirs, self.other)
        worker = self.other.worker
        worker._parts = replace(worker._parts, poke=self.member.poke, **voices)
        self.thread = threading.Thread(target=self.member.serve)
        if speaks:
            self.thread.start()
        self.crew.begin(self.world, self._poke)

    def _poke(self, execution, wake_us):
        self.poked.append((execution, wake_us))

    def start(self, flow, wait="end", **options):
        request = StartRequest(flow, [{"json": {"n": 0}}], wait=wait, durable=False, **options)
        return start_execution(self.world, ALICE, request)

    def end(self):
        self.crew.stop()
        self.line.close()
        if self.thread.ident:
            self.thread.join(10)
        self.world.worker.stop(1)
        self.other.worker.stop(1)


@pytest.fixture
def house(catalogue):
    made = House(catalogue)
    yield made
    made.end()


@pytest.fixture
def world(house):
    return house.world


def eventually(check):
    pause = threading.Event()
    for _ in range(6_000):
        if check():
            return
        pause.wait(0.005)
    raise AssertionError("it did not happen in time")


def test_an_execution_that_is_waited_for_is_driven_by_a_member(house, publish):
    publish("sum", {"go": "trigger.manual", "one": "t.add", "two": "t.add"})
    started = house.start("sum")
    outcome = started.future.result(10)
    assert (outcome.kind, outcome.items[0]["json"]) == ("completed", {"n": 2})
    header, entries = house.world.journal.load(started.execution)
    assert header.status is Status.COMPLETED
    assert isinstance(entries[0].fact, f.ExecutionStarted)
    assert house.world.worker.live() == []
    eventually(lambda: house.poked == [(started.execution, None)])
    assert house.crew._mates[0].has == {}


def test_watchers_of_the_nodes_own_process_see_what_a_member_stores(house, publish):
    publish("sum", {"go": "trigger.manual", "one": "t.add"})
    started = house.start("sum")
    started.future.result(10)
    eventually(
        lambda: any(
            execution == started.execution and isinstance(fact, f.ExecutionCompleted)
            for execution, _, fact in house.world.notifier.facts
        )
    )
    eventually(lambda: "step_seconds" in {name for name, _ in house.world.metrics.observed})


def test_what_must_be_stored_before_it_is_accepted_stays_here(house, publish):
    publish("sum", {"go": "trigger.manual", "one": "t.add"})
    request = StartRequest("sum", [{"json": {"n": 0}}], wait="end", durable=True)
    assert start_execution(house.world, ALICE, request).future.result(10).kind == "completed"
    assert house.poked == []


def test_a_signal_reaches_the_member_that_drives(house, publish, gate):
    gate.open.clear()
    publish("slow", {"go": "trigger.manual", "act": "t.act", "then": "t.add"})
    started = house.start("slow")
    assert gate.entered.acquire(timeout=10)
    house.world.waker.ring_through = house.crew.attend
    post_signal(house.world, started.execution, "abort", {"reason": "enough"}, "alice")
    assert started.future.result(10).kind == "aborted"


def test_an_execution_that_waits_is_let_go_of_and_goes_on_here(house, publish):
    publish("ask", {"go": "trigger.manual", "ask": "t.wait", "one": "t.add"})
    started = house.start("ask", wait="rest")
    assert started.future.result(10).kind == "waiting"
    eventually(lambda: not house.crew._mates[0].has)
    assert not house.crew.attend(started.execution)
    assert house.world.worker.attend(started.execution)


def test_a_flow_that_cannot_be_started_there_is_told(house, publish):
    flow = publish("sum", {"go": "trigger.manual", "one": "t.add"})
    house.other.plans.get = None  # a fault
    outcome = house.start("sum").future.result(10)
    assert outcome.kind == "failed"
    assert outcome.error.code == "internal_error"
    assert flow.id == "sum"


def test_what_a_member_had_stored_goes_on_when_it_dies(house, publish, gate):
    gate.open.clear()
    publish("slow", {"go": "trigger.manual", "act": "t.act", "then": "t.add"})
    started = house.start("slow")
    assert gate.entered.acquire(timeout=10)
    house.other.worker._stopped = True  # it does nothing more
    house.line.close()
    gate.open.set()
    assert started.future.result(10).kind == "completed"
    assert house.start("slow").future.result(10).kind == "completed"  # from now on here


def test_what_a_member_had_not_stored_is_told_as_lost(catalogue):
    house = House(catalogue, speaks=False)
    header = Header("exe_1", "personal", "f", "v", Status.RUNNING, "manual", "test", 5, "alice", 1, 1)
    future = house.world.worker.watches.add(header.id, "end")
    assert house.crew.drive(header, [], "end")
    house.line.close()
    error = future.result(10).error
    assert (error.code, error.retryable) == ("process_lost", True)
    house.end()


def test_a_node_of_one_process_hands_nothing_over():
    assert not NoCrew().attend("exe_1")


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("completed", None, [{"json": {"a": [1, None, "x"]}}]),
        Outcome("answered", Answer(201, {"X-A": "b"}, b"\0\xff")),
        Outcome("failed", None, [], ErrorInfo("execution_error", "c", "m", True, "s", None, {"line": 1})),
    ],
)
def test_outcomes_are_told_whole(outcome):
    one, other = Line.pair()
    one.send(m.OUTCOME, m.outcome_to_plain(outcome))
    assert m.outcome_from_plain(other.receive()[1]) == outcome
    one.close()
    other.close()


def test_headers_are_told_whole():
    error = {"type": "execution_error"}
    header = Header(
        "exe_1", "s", "f", "v", Status.RUNNING, "manual", "test", 5, "alice", 1, 1, error=error, wake_us=7
    )
    assert m.header_from_plain(m.header_to_plain(header)) == header
