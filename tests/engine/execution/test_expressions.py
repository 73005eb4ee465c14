"""Expressions in the parameters of steps, in whole executions, with the real sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.dispatch.clock import SystemClock
from engine.ports.policy import Policy
from engine.sandbox.wasm_sandbox import WasmSandbox, cache_directory
from engine.steps.registry import Registry
from engine.testing.policies import FixedPolicies
from engine.testing.world import ALICE, fake_world
from engine.usecases.create_flow import create_flow
from engine.usecases.inspect_execution import execution_state
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World

Run = Callable[..., Any]
TWO = [{"json": {"name": "ada", "n": 2}}, {"json": {"name": "bob", "n": 3}}]


@pytest.fixture(scope="module")
def sandbox() -> WasmSandbox:
    return WasmSandbox(cache_directory())


@pytest.fixture
def world(sandbox: WasmSandbox) -> Iterator[World]:
    policies = FixedPolicies(Policy("personal", environment=("HOME",)))
    made = fake_world(Registry(), SystemClock(), sandbox=sandbox, policies=policies)
    yield made
    made.worker.stop(1)


@pytest.fixture
def run(world: World) -> Run:
    def go(steps: list[dict[str, Any]], items: list[dict[str, Any]] = TWO) -> Any:
        create_flow(world, ALICE, {"id": "f", "name": "F", "steps": steps})
        request = StartRequest("f", items, mode="manual", wait="end", variables={"shop": "north"})
        started = start_execution(world, ALICE, request)
        assert started.future is not None
        outcome = started.future.result(60)
        go.execution = started.execution  # type: ignore[attr-defined]
        return outcome

    return go


def set_fields(**fields: Any) -> dict[str, Any]:
    return {"id": "set", "action": "data.set", "params": {"keep": "none", "fields": fields}}


def jsons(outcome: Any) -> list[dict[str, Any]]:
    assert outcome.kind == "completed", outcome.error
    return [item["json"] for item in outcome.items]


def test_a_template_that_is_one_expression_keeps_its_type_and_text_is_joined(run: Run) -> None:
    step = set_fields(
        double="{{ $json.n * 2 }}", text="{{ $json.name }}: {{ $json.n }}", plain="no expression"
    )
    assert jsons(run([step])) == [
        {"double": 4, "text": "ada: 2", "plain": "no expression"},
        {"double": 6, "text": "bob: 3", "plain": "no expression"},
    ]


def test_expressions_and_references_stand_side_by_side_at_any_depth(run: Run) -> None:
    step = set_fields(a={"b": ["{{ $itemIndex }}", "$json.name"]}, shop="{{ $vars.shop }}")
    assert jsons(run([step]))[1] == {"a": {"b": [1, "bob"]}, "shop": "north"}


def test_earlier_steps_are_seen_by_name_and_through_paired_items(run: Run) -> None:
    first = {"id": "first", "action": "data.set", "params": {"fields": {"m": "{{ $json.n + 10 }}"}}}
    keep = {
        "id": "big",
        "type": "condition",
        "params": {"value": "{{ $json.m }}", "operator": "greater", "compareTo": 12},
        "onSuccess": "set",
    }
    step = set_fields(
        name="{{ $('first').item.json.name }}",
        all="{{ $('first').all().length }}",
        node="{{ $prevNode.name }}",
    )
    assert jsons(run([{**first, "onSuccess": "big"}, keep, step])) == [
        {"name": "bob", "all": 2, "node": "big"}
    ]


def test_what_a_value_holds_is_not_evaluated_again(run: Run) -> None:
    items = [{"json": {"text": "{{ 1 + 1 }}", "reference": "$json.text"}}]
    step = set_fields(text="$json.text", again="{{ $json.text }}", reference="{{ $json.reference }}")
    assert jsons(run([step], items)) == [
        {"text": "{{ 1 + 1 }}", "again": "{{ 1 + 1 }}", "reference": "$json.text"}
    ]


def test_a_failing_expression_fails_its_step_and_names_the_place(run: Run) -> None:
    outcome = run([set_fields(a="{{ $('nowhere').first() }}")])
    assert outcome.kind == "failed"
    assert outcome.error.code == "expression_failed"
    assert outcome.error.message.startswith("steps.set.parameters.fields.a: ")


def test_only_the_environment_that_the_policy_lists_is_seen(run: Run) -> None:
    assert jsons(run([set_fields(home="{{ $env.HOME }}")], [{"json": {}}])) == [{"home": "/home/node"}]


def test_the_receipt_tells_the_fuel(run: Run, world: World) -> None:
    run([set_fields(a="{{ $json.n }}")])
    facts = [entry.fact for entry in world.journal.load(run.execution)[1]]  # type: ignore[attr-defined]
    assert [fact.fuel > 0 for fact in facts if fact.TYPE == "step.completed"] == [True]


def test_time_and_chance_are_the_steps_own(run: Run, world: World) -> None:
    outcome = run([set_fields(now="{{ $now.toMillis() }}", chance="{{ Math.random() }}")], [{"json": {}}])
    (given,) = jsons(outcome)
    _, state = execution_state(world, ALICE, run.execution)  # type: ignore[attr-defined]
    assert given["now"] == state.runs["set"][0].started_us // 1000
    assert 0 <= given["chance"] < 1


def test_an_endless_expression_is_stopped_and_the_next_execution_runs(run: Run, world: World) -> None:
    step = set_fields(a="{{ (() => { while (true) {} })() }}")
    outcome = run([{**step, "timeout": 200}])
    assert outcome.kind == "failed"
    assert outcome.error.code in ("sandbox_violation", "step_timed_out", "timed_out")
    create_flow(world, ALICE, {"id": "g", "name": "G", "steps": [set_fields(a="{{ 1 }}")]})
    after = start_execution(world, ALICE, StartRequest("g", mode="manual", wait="end"))
    assert after.future is not None
    assert jsons(after.future.result(30)) == [{"a": 1}]


def test_what_is_no_json_is_stored_as_json_would(run: Run) -> None:
    step = set_fields(nan="{{ NaN }}", date="{{ new Date(0) }}", none="{{ undefined }}")
    (given,) = jsons(run([step], [{"json": {}}]))
    assert given["nan"] is None
    assert given["date"].startswith("1970-01-01T00:00:00")
    assert given.get("none") is None
