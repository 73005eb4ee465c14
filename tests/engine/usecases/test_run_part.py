"""Running parts of a flow with what an earlier execution left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject
from engine.flow.model import Flow
from engine.journal.state import ExecutionState, Status
from engine.testing.world import ALICE, BOB, CHARLIE
from engine.usecases.inspect_execution import state_of
from engine.usecases.run_part import PartRequest, run_part

CHAIN = {"start": "trigger.manual", "a": "t.add", "b": "t.act", "c": "t.add"}


@pytest.fixture
def run(world) -> Callable[..., ExecutionState]:
    """Runs a part to its end; the state it came to."""

    def go(flow: str, **options: object) -> ExecutionState:
        options.setdefault("items", [{"json": {"n": 0}}])
        started = run_part(world, ALICE, PartRequest(flow, **options))
        watch = world.worker.watches.add(started.execution, "end")
        header = world.journal.header(started.execution)
        if not header.status.ended:
            watch.result(10)
        return state_of(world, world.journal.header(started.execution))

    return go


def kept_by(start: Callable[..., object], flow: str) -> str:
    started = start(flow, mode="manual")
    started.future.result(10)
    return started.execution


def edited(world, flow: Flow, **steps: object) -> None:
    """Save the flow with other parameters of some steps."""
    changed = [replace(one, parameters=steps.get(one.id, one.parameters)) for one in flow.steps]
    world.flows.save("personal", replace(flow, steps=tuple(changed)), flow.version, "alice", "", 2)


def ran(state: ExecutionState) -> set[str]:
    """The steps that this execution ran itself."""
    return {step for step in state.runs if step in state.started.bounds}


def numbers(state: ExecutionState, step: str) -> list[object]:
    return [item["json"]["n"] for item in state.latest(step).outputs["main"].items]


def test_running_to_a_step_runs_what_it_needs_and_nothing_behind_it(publish, run) -> None:
    publish("f", CHAIN)
    state = run("f", last="b")
    assert (state.status, set(state.runs)) == (Status.COMPLETED, {"start", "a", "b"})
    assert numbers(state, "b") == [2]


def test_what_was_there_before_is_taken_over(publish, start, run, gate) -> None:
    publish("f", CHAIN)
    kept = kept_by(start, "f")
    state = run("f", last="c", kept=kept)
    assert state.started.bounds == ["c"]
    assert len(gate.acted) == 1
    assert numbers(state, "c") == [3]


def test_running_from_a_step_runs_all_that_follows(publish, start, run, gate) -> None:
    publish("f", CHAIN)
    state = run("f", first="b", kept=kept_by(start, "f"))
    assert ran(state) == {"b", "c"}
    assert len(gate.acted) == 2
    assert numbers(state, "c") == [3]


def test_what_changed_since_and_what_follows_it_runs_again(publish, start, run, world) -> None:
    flow = publish("f", CHAIN)
    kept = kept_by(start, "f")
    edited(world, flow, a={"other": 1})
    assert ran(run("f", last="c", kept=kept)) == {"a", "b", "c"}


def test_a_pinned_step_needs_nothing_before_it(publish, run, world, gate) -> None:
    flow = publish("f", CHAIN)
    pinned = replace(flow, extra={"pins": {"b": [{"json": {"n": 40}}]}})
    world.flows.save("personal", pinned, flow.version, "alice", "", 2)
    state = run("f", last="c")
    assert (set(state.runs), numbers(state, "c"), gate.acted) == ({"b", "c"}, [41], [])


def test_a_join_takes_one_side_from_before_and_waits_for_the_other(publish, start, run, world) -> None:
    steps = {"start": "trigger.manual", "a": "t.add", "b": "t.add", "j": "t.join", "end": "t.add"}
    wires = ["start -> a", "start -> b", "a -> j.left", "b -> j.right", "j -> end"]
    flow = publish("f", steps, wires)
    kept = kept_by(start, "f")
    edited(world, flow, b={"other": 1})
    state = run("f", last="end", kept=kept)
    assert ran(state) == {"b", "j", "end"}
    assert state.status is Status.COMPLETED
    assert {source.step for inputs in state.latest("j").inputs.values() for source in inputs} == {"a", "b"}


def test_a_join_whose_inputs_are_all_there_runs_at_once(publish, start, run) -> None:
    steps = {"start": "trigger.manual", "a": "t.add", "b": "t.add", "j": "t.join"}
    publish("f", steps, ["start -> a", "start -> b", "a -> j.left", "b -> j.right"])
    assert ran(run("f", last="j", kept=kept_by(start, "f"))) == {"j"}


def test_between_two_steps_runs_what_lies_between(publish, start, run) -> None:
    publish("f", CHAIN)
    assert ran(run("f", first="a", last="b", kept=kept_by(start, "f"))) == {"a", "b"}


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"last": "nowhere"}, "no step 'nowhere'"),
        ({}, "say at which step"),
        ({"first": "c", "last": "a"}, "no wire leads from step 'c' to step 'a'"),
    ],
)
def test_what_cannot_be_run_is_said(publish, world, request_, told) -> None:
    publish("f", CHAIN)
    with pytest.raises(InvalidInput, match=told):
        run_part(world, ALICE, PartRequest("f", **request_))


def test_an_execution_of_another_flow_or_subnet_gives_nothing(publish, start, world) -> None:
    publish("f", CHAIN)
    publish("g", CHAIN)
    kept = kept_by(start, "g")
    with pytest.raises(InvalidInput, match="is of flow 'g'"):
        run_part(world, ALICE, PartRequest("f", last="c", kept=kept))
    with pytest.raises(PermissionDenied):
        run_part(world, BOB, PartRequest("f", last="c"))
    with pytest.raises(UnknownObject):
        run_part(world, CHARLIE, PartRequest("f", last="c", kept=kept))
