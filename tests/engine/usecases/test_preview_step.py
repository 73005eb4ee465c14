"""What a step would get, and what its parameters would come to, before it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject
from engine.base.limits import PREVIEW_VALUES_MAX
from engine.dispatch.clock import SystemClock
from engine.sandbox.wasm_sandbox import WasmSandbox, cache_directory
from engine.testing.world import ALICE, BOB, CHARLIE, fake_world
from engine.usecases.preview_step import StepInView, preview_values, step_inputs
from engine.usecases.world import World

CHAIN = {"start": "trigger.manual", "a": "t.add", "b": "t.add"}


@pytest.fixture(scope="module")
def sandbox() -> WasmSandbox:
    return WasmSandbox(cache_directory())


@pytest.fixture
def world(catalogue, sandbox: WasmSandbox) -> Iterator[World]:
    made = fake_world(catalogue, SystemClock(), sandbox=sandbox)
    yield made
    made.worker.stop(1)


def ran(start, flow: str = "f") -> str:
    started = start(flow, mode="manual")
    started.future.result(10)
    return started.execution


def values(world: World, shown: StepInView, *written: Any, item: int = 0) -> list[Any]:
    return [one.get("value", one.get("error")) for one in preview_values(world, ALICE, shown, written, item)]


def test_values_are_those_that_the_step_would_see(publish, start, world) -> None:
    publish("f", CHAIN)
    shown = StepInView("f", "b", ran(start))
    given = values(world, shown, "{{ $json.n + 1 }}", "plain", "$json.n", {"deep": ["n is {{ $json.n }}"]})
    assert given == [2, "plain", 1, {"deep": ["n is 1"]}]
    assert values(world, shown, "{{ $('start').first().json.n }}", "$a.n") == [0, 1]


def test_an_expression_that_fails_says_why_and_the_others_have_their_values(publish, start, world) -> None:
    publish("f", CHAIN)
    wrong, right = values(
        world, StepInView("f", "b", ran(start)), "{{ $('nowhere').first().json.n }}", "{{ 1 + 1 }}"
    )
    assert "nowhere" in wrong["message"]
    assert right == 2


def test_without_an_execution_pins_are_what_there_is(publish, world) -> None:
    flow = publish("f", CHAIN)
    pinned = replace(flow, extra={"pins": {"a": [{"json": {"n": 7}}, {"json": {"n": 8}}]}})
    world.flows.save("personal", pinned, flow.version, "alice", "", 2)
    shown = StepInView("f", "b")
    assert step_inputs(world, ALICE, shown) == {"main": [{"json": {"n": 7}}, {"json": {"n": 8}}]}
    assert values(world, shown, "{{ $json.n }}", item=1) == [8]


def test_a_definition_that_is_not_saved_yet_is_what_is_shown(world) -> None:
    steps = [{"id": "a", "type": "t.add", "next": {"main": "b"}}, {"id": "b", "type": "t.add", "next": {}}]
    unsaved = {"id": "new", "steps": steps, "pins": {"a": [{"json": {"n": 3}}]}}
    assert values(world, StepInView("", "b", definition=unsaved), "{{ $json.n * 2 }}") == [6]


def test_a_step_that_nothing_reached_yet_has_no_input(publish, world) -> None:
    publish("f", CHAIN)
    assert step_inputs(world, ALICE, StepInView("f", "b")) == {"main": []}


def test_an_expression_without_end_is_stopped(publish, start, world) -> None:
    publish("f", CHAIN)
    endless = "{{ (() => { while (true) {} })() }}"
    with pytest.raises(Exception, match=r"deadline|time"):
        values(world, StepInView("f", "b", ran(start)), endless)


def test_only_who_may_change_the_flow_sees_a_preview(publish, start, world) -> None:
    publish("f", CHAIN)
    kept = ran(start)
    for actor, refused in ((BOB, PermissionDenied), (CHARLIE, UnknownObject)):
        with pytest.raises(refused):
            preview_values(world, actor, StepInView("f", "b", kept), ["{{ 1 }}"])


def test_what_cannot_be_previewed_is_said(publish, start, world) -> None:
    publish("f", CHAIN)
    publish("g", CHAIN)
    other = ran(start, "g")
    with pytest.raises(InvalidInput, match="no step 'x'"):
        step_inputs(world, ALICE, StepInView("f", "x"))
    with pytest.raises(InvalidInput, match="is of flow 'g'"):
        step_inputs(world, ALICE, StepInView("f", "b", other))
    with pytest.raises(InvalidInput, match="at most"):
        values(world, StepInView("f", "b"), *["x"] * (PREVIEW_VALUES_MAX + 1))
