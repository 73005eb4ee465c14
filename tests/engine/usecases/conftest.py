"""A world of fakes with a few step types."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from engine.base.errors import StepFailure
from engine.dispatch.clock import SystemClock
from engine.flow.model import Edge, Flow, FlowSettings, Step
from engine.ports.step_catalogue import (
    Effect,
    Signal,
    StepContext,
    StepResult,
    WaitChild,
    WaitSignal,
    WaitTime,
)
from engine.testing.steps import DictCatalogue, PlainTrigger, make_type, pass_on, plus_one
from engine.testing.world import ALICE, fake_world
from engine.usecases.start_execution import Started, StartRequest, start_execution
from engine.usecases.world import World


class Gate:
    """Lets test steps act only when the test says so, and keeps what they did."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Semaphore(0)
        self.acted: list[tuple[str, str]] = []

    def run(self, context: StepContext) -> StepResult:
        self.entered.release()
        context.cancellation.on_cancel(self.open.set)
        assert self.open.wait(10)
        context.cancellation.check()
        self.acted.append((context.step.id, context.idempotency_key))
        return plus_one(context)


def fail(context: StepContext) -> StepResult:
    times = context.step.parameters.get("times", 10**6)
    if context.attempt <= times:
        raise StepFailure("it does not work", retryable=True)
    return pass_on(context)


def wait(context: StepContext) -> StepResult:
    kind = context.step.parameters.get("kind", "approval")
    if kind == "time":
        return StepResult(wait=WaitTime(context.now_us + int(context.step.parameters["us"])))
    match = {"type": context.step.parameters.get("type", "")} if kind == "event" else {}
    return StepResult(wait=WaitSignal(kind, match=match))


def resumed(context: StepContext, signal: Signal) -> StepResult:
    items = context.items or [{"json": {}}]
    got = {"kind": signal.kind, **dict(signal.payload)}
    return StepResult({"main": [{"json": {**item["json"], "got": got}} for item in items]})


def call(context: StepContext) -> StepResult:
    return StepResult(wait=WaitChild(context.step.parameters["flow"], context.items))


def called(context: StepContext, signal: Signal) -> StepResult:
    if signal.payload["status"] != "completed":
        raise StepFailure(f"the child {signal.payload['status']}")
    return StepResult({"main": list(signal.payload["items"])})


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def catalogue(gate: Gate) -> DictCatalogue:
    return DictCatalogue(
        [
            PlainTrigger(),
            make_type("t.add", plus_one),
            make_type("t.pass", pass_on),
            make_type("t.act", gate.run, effect=Effect.WRITE),
            make_type("t.fail", fail),
            make_type("t.wait", wait, resume=resumed),
            make_type("t.call", call, resume=called, effect=Effect.WRITE),
            make_type("t.join", pass_on, inputs=("left", "right")),
        ]
    )


@pytest.fixture
def world(catalogue: DictCatalogue) -> Iterator[World]:
    made = fake_world(catalogue, SystemClock())
    yield made
    made.worker.stop(1)


Publish = Callable[..., Flow]


@pytest.fixture
def publish(world: World) -> Publish:
    """Publish a flow from ``{"id": "type" or (type, options)}`` and wires ``a -> b``."""

    def make(
        id: str,
        steps: dict[str, Any],
        wires: list[str] | None = None,
        declared: dict[str, Any] | None = None,
        **settings: Any,
    ) -> Flow:
        made = []
        for name, spec in steps.items():
            kind, options = spec if isinstance(spec, tuple) else (spec, {})
            made.append(Step(name, kind, **options))
        names = list(steps)
        pairs = wires if wires is not None else [f"{a} -> {b}" for a, b in pairwise(names)]
        edges = []
        for wire in pairs:
            source, target = (end.strip().partition(".") for end in wire.split("->"))
            edges.append(Edge(source[0], target[0], source[2] or "main", target[2] or "main"))
        given = FlowSettings(**settings)
        flow = Flow(id, id, tuple(made), tuple(edges), settings=given, policy=declared or {})
        world.flows.create("personal", flow, "alice", "", 1)
        world.flows.publish("personal", id, flow.version, (), {}, 1)
        return flow

    return make


@pytest.fixture
def start(world: World) -> Callable[..., Started]:
    def go(flow: str, wait: Any = "end", **options: Any) -> Started:
        options.setdefault("items", [{"json": {"n": 0}}])
        return start_execution(world, ALICE, StartRequest(flow, wait=wait, **options))

    return go
