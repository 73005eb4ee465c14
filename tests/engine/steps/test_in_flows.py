"""The step types in whole flows, run by the engine on a world of fakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from engine.dispatch.clock import SystemClock
from engine.flow.model import Edge, Flow, Step
from engine.steps.registry import Registry
from engine.testing.world import ALICE, fake_world
from engine.usecases.answer_wait import answer_wait
from engine.usecases.inspect_execution import state_of
from engine.usecases.publish_event import publish_event
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World

Steps = dict[str, tuple[str, dict[str, Any]]]


@pytest.fixture
def world() -> Iterator[World]:
    made = fake_world(Registry(), SystemClock())
    yield made
    made.worker.stop(1)


@pytest.fixture
def publish(world: World) -> Callable[..., None]:
    """Publish a flow from steps and wires ``a.port -> b.port``; steps in a row without wires."""

    def make(id: str, steps: Steps, wires: list[str] | None = None) -> None:
        made = tuple(Step(name, kind, parameters) for name, (kind, parameters) in steps.items())
        edges = []
        for wire in wires or [f"{a} -> {b}" for a, b in pairwise(steps)]:
            source, target = (end.strip().partition(".") for end in wire.split("->"))
            edges.append(Edge(source[0], target[0], source[2] or "main", target[2] or "main"))
        flow = Flow(id, id, made, tuple(edges))
        world.flows.create("personal", flow, "alice", "", 1)
        world.flows.publish("personal", id, flow.version, (), {}, 1)

    return make


@pytest.fixture
def run(world: World) -> Callable[..., Any]:
    def go(flow: str, *values: dict[str, Any], wait: Any = "end") -> Any:
        items = [{"json": value} for value in values or ({},)]
        return start_execution(world, ALICE, StartRequest(flow, items, wait=wait))

    return go


def result(started: Any) -> list[dict[str, Any]]:
    outcome = started.future.result(10)
    assert outcome.kind == "completed", outcome
    return [item["json"] for item in outcome.items]


def test_a_loop_visits_every_item_and_gives_them_all(publish, run) -> None:
    steps: Steps = {
        "start": ("trigger.manual", {}),
        "rows": ("data.sample", {"items": [{"n": n} for n in range(25)]}),
        "loop": ("logic.loop", {"batchSize": 4}),
        "mark": ("data.set", {"fields": {"seen": "$json.n"}}),
        "after": ("flow.noop", {}),
    }
    publish(
        "f",
        steps,
        ["start -> rows", "rows -> loop", "loop.loop -> mark", "mark -> loop", "loop.done -> after"],
    )
    assert result(run("f")) == [{"n": n, "seen": n} for n in range(25)]


def test_a_loop_inside_a_loop_is_started_again_for_every_round(publish, run) -> None:
    steps: Steps = {
        "start": ("trigger.manual", {}),
        "rows": ("data.sample", {"items": [{"n": 1}, {"n": 2}, {"n": 3}]}),
        "outer": ("logic.loop", {}),
        "pair": ("data.sample", {"items": [{"m": 1}, {"m": 2}]}),
        "inner": ("logic.loop", {}),
        "mark": ("data.set", {"fields": {"outer": "$outer.n"}}),
        "after": ("flow.noop", {}),
    }
    wires = ["start -> rows", "rows -> outer", "outer.loop -> pair", "pair -> inner", "inner.loop -> mark"]
    wires += ["mark -> inner", "inner.done -> outer", "outer.done -> after"]
    publish("f", steps, wires)
    assert result(run("f")) == [{"m": m, "outer": n} for n in (1, 2, 3) for m in (1, 2)]


def test_branches_of_a_condition_meet_in_a_merge(publish, run) -> None:
    steps: Steps = {
        "start": ("trigger.manual", {}),
        "big": ("logic.condition", {"value": "$json.n", "operator": "greater", "compareTo": 2}),
        "high": ("data.set", {"fields": {"size": "big"}}),
        "low": ("data.set", {"fields": {"size": "small"}}),
        "merge": ("logic.merge", {}),
    }
    wires = ["start -> big", "big.true -> high", "big.false -> low"]
    wires += ["high -> merge.input 1", "low -> merge.input 2"]
    publish("f", steps, wires)
    assert result(run("f", {"n": 1}, {"n": 3})) == [{"n": 3, "size": "big"}, {"n": 1, "size": "small"}]
    assert result(run("f", {"n": 1})) == [{"n": 1, "size": "small"}]


def test_a_switch_sends_each_item_its_way(publish, run) -> None:
    cases = [{"name": "one", "compareTo": 1}, {"name": "two", "compareTo": 2}]
    steps: Steps = {
        "start": ("trigger.manual", {}),
        "switch": ("logic.switch", {"value": "$json.n", "cases": cases}),
        "two": ("data.set", {"fields": {"was": "two"}}),
    }
    publish("f", steps, ["start -> switch", "switch.two -> two"])
    assert result(run("f", {"n": 1}, {"n": 2})) == [{"n": 2, "was": "two"}]


def test_a_called_flow_gives_its_output(publish, run) -> None:
    publish("child", {"begin": ("trigger.subflow", {}), "add": ("data.set", {"fields": {"by": "child"}})})
    publish("f", {"start": ("trigger.manual", {}), "call": ("flow.call", {"flow": "child"})})
    assert result(run("f", {"n": 1}, {"n": 2})) == [{"n": 1, "by": "child"}, {"n": 2, "by": "child"}]


def test_a_flow_called_for_each_item_runs_once_for_each(publish, run) -> None:
    publish("child", {"begin": ("trigger.subflow", {}), "add": ("data.set", {"fields": {"by": "child"}})})
    publish("f", {"start": ("trigger.manual", {}), "call": ("flow.call", {"flow": "child", "mode": "each"})})
    assert result(run("f", {"n": 1}, {"n": 2})) == [{"n": 1, "by": "child"}, {"n": 2, "by": "child"}]


def test_a_called_flow_that_fails_fails_its_caller(publish, run) -> None:
    publish("child", {"begin": ("trigger.subflow", {}), "stop": ("flow.stop", {"message": "no stock"})})
    publish("f", {"start": ("trigger.manual", {}), "call": ("flow.call", {"flow": "child"})})
    outcome = run("f").future.result(10)
    assert outcome.kind == "failed"
    assert "no stock" in outcome.error.message


def test_a_flow_that_is_not_waited_for_leaves_its_execution(publish, run, world) -> None:
    publish("child", {"begin": ("trigger.subflow", {}), "noop": ("flow.noop", {})})
    publish("f", {"start": ("trigger.manual", {}), "call": ("flow.call", {"flow": "child", "wait": False})})
    ((given),) = result(run("f"))
    assert world.journal.header(given["execution"]).flow == "child"


def test_an_approval_goes_on_by_the_answer(publish, run, world) -> None:
    steps: Steps = {
        "start": ("trigger.manual", {}),
        "ask": ("flow.approval", {"title": "Go on?", "approvers": ["alice"]}),
        "yes": ("flow.noop", {}),
    }
    publish("f", steps, ["start -> ask", "ask.approved -> yes"])
    waiting = run("f", {"n": 1}, wait="rest")
    assert waiting.future.result(10).kind == "waiting"
    future = world.worker.watches.add(waiting.execution, "end")
    answer_wait(world, ALICE, waiting.execution, "ask", {"approved": True, "comment": "fine"})
    (item,) = future.result(10).items
    assert item["json"] == {"n": 1, "approval": {"approved": True, "comment": "fine", "actor": "alice"}}


def test_an_event_wakes_the_step_that_waits_for_it(publish, run, world) -> None:
    event = {"type": "order.paid", "match": {"id": 7}}
    publish("f", {"start": ("trigger.manual", {}), "wait": ("flow.wait", {"event": event})})
    waiting = run("f", wait="rest")
    assert waiting.future.result(10).kind == "waiting"
    future = world.worker.watches.add(waiting.execution, "end")
    assert publish_event(world, ALICE, "order.paid", {"id": 8})["resumed"] == []
    publish_event(world, ALICE, "order.paid", {"id": 7})
    (item,) = future.result(10).items
    assert item["json"]["data"] == {"id": 7}


def test_a_responding_step_answers_and_the_flow_goes_on(publish, run) -> None:
    steps: Steps = {
        "start": ("trigger.manual", {}),
        "answer": ("webhook.respond", {"respondWith": "json", "body": {"id": "$json.id"}, "status": 201}),
    }
    publish("f", steps)
    outcome = run("f", {"id": 5}, wait="answer").future.result(10)
    assert (outcome.kind, outcome.answer.status, outcome.answer.body) == ("answered", 201, {"id": 5})


def test_a_loop_whose_rounds_come_back_in_two_parts_still_visits_each_item_once(publish, run, world) -> None:
    steps: Steps = {
        "start": ("trigger.manual", {}),
        "rows": ("data.sample", {"items": [{"n": n} for n in range(8)]}),
        "loop": ("logic.loop", {"batchSize": 2}),
        "odd": ("logic.condition", {"value": "$json.n", "operator": "in", "compareTo": [1, 3, 5, 7]}),
        "a": ("flow.noop", {}),
        "b": ("flow.noop", {}),
        "after": ("flow.noop", {}),
    }
    wires = ["start -> rows", "rows -> loop", "loop.loop -> odd", "odd.true -> a", "odd.false -> b"]
    publish("f", steps, [*wires, "a -> loop", "b -> loop", "loop.done -> after"])
    started = run("f")
    result(started)
    state = state_of(world, world.journal.header(started.execution))
    for step in ("odd", "after"):
        runs = state.runs[step].values()
        seen = [item["json"]["n"] for run in runs for data in run.outputs.values() for item in data.items]
        assert sorted(seen) == list(range(8))
