"""Steps with several inputs wait, run and stay away as they do in n8n, in both of its orders."""

from __future__ import annotations

import pytest

from tests.n8n_import.support import first_output, node, run, workflow

START = node("Start", "manualTrigger")
V0 = {"settings": {}}


def rows(name, *values, **more):
    return node(name, "n8n-nodes-testing.testData", 1, {"data": [{"v": value} for value in values]}, **more)


def merge(name="Merge", **more):
    return node(name, "merge", 3, {"mode": "append"}, **more)


def nothing(name, **more):
    return node(name, "n8n-nodes-testing.testData", 1, {"data": []}, **more)


def values(steps, name):
    return [json.get("v") for json in first_output(steps, name)]


@pytest.mark.parametrize("more", [{}, V0])
def test_a_join_waits_for_all_its_inputs(more):
    nodes = [START, rows("A", "a"), rows("B", "b"), merge()]
    steps = run(workflow(nodes, "Start -> A", "Start -> B", "A -> Merge:0", "B -> Merge:1", **more))
    assert values(steps, "Merge") == ["a", "b"]
    assert len(steps["Merge"]) == 1


def test_a_join_that_one_input_never_reaches_runs_last_with_what_it_has():
    nodes = [START, rows("A", "a"), nothing("B"), node("C", "noOp"), merge(), rows("Late", "l")]
    wires = ["Start -> A", "Start -> B", "B -> C", "A -> Merge:0", "C -> Merge:1", "Start -> Late"]
    steps = run(workflow(nodes, *wires))
    assert values(steps, "Merge") == ["a"]
    assert list(steps)[-1] == "Merge"


def test_an_empty_output_counts_for_later_inputs_but_not_for_the_first():
    nodes = [START, rows("A", "a"), nothing("B"), merge(), node("After", "noOp"), rows("Late", "l")]
    wires = ["Start -> A", "Start -> B", "A -> Merge:0", "B -> Merge:1", "Merge -> After", "Start -> Late"]
    assert list(run(workflow(nodes, *wires))).index("Merge") < 5
    turned = ["Start -> A", "Start -> B", "A -> Merge:1", "B -> Merge:0", "Merge -> After", "Start -> Late"]
    assert list(run(workflow(nodes, *turned)))[-2:] == ["Merge", "After"]


def test_a_join_that_only_empty_outputs_reach_never_runs():
    nodes = [START, nothing("A"), nothing("B"), merge()]
    steps = run(workflow(nodes, "Start -> A", "Start -> B", "A -> Merge:0", "B -> Merge:1"))
    assert "Merge" not in steps


def test_in_v0_a_waiting_join_pulls_in_what_nothing_leads_to():
    nodes = [START, rows("A", "a"), node("Alone", "noOp"), node("Next", "noOp"), merge()]
    wires = ["Start -> A", "A -> Merge:0", "Alone -> Next", "Next -> Merge:1"]
    assert values(run(workflow(nodes, *wires, **V0)), "Merge") == ["a", None]
    assert "Alone" not in run(workflow(nodes, *wires))


def test_in_v0_a_step_before_which_all_outputs_were_empty_is_pulled_in_with_an_empty_item():
    nodes = [START, rows("A", "a"), nothing("B"), node("C", "noOp"), merge()]
    wires = ["Start -> B", "Start -> A", "A -> Merge:0", "B -> C", "C -> Merge:1"]
    steps = run(workflow(nodes, *wires, **V0))
    assert first_output(steps, "C") == [{}]
    assert values(steps, "Merge") == ["a", None]
    assert "C" not in run(workflow(nodes, *wires))


def test_a_join_after_a_waiting_join_runs_after_it():
    nodes = [START, rows("A", "a"), nothing("B"), merge("First"), merge("Second")]
    wires = ["Start -> A", "Start -> B", "A -> First:0", "B -> First:1", "First -> Second:0", "B -> Second:1"]
    steps = run(workflow(nodes, *wires))
    assert values(steps, "Second") == ["a"]
    assert len(steps["Second"]) == 1
