"""Whole exports become flows, and nothing is lost silently."""

from __future__ import annotations

import json

import pytest

from engine.api import InvalidInput, Limits
from n8n_import.door import N8nImporter
from n8n_import.reading import is_n8n
from tests.n8n_import.support import first_output, imported, node, read, run, run_to_end, translated, workflow

START = node("Start", "manualTrigger")
ROWS = node("Rows", "n8n-nodes-testing.testData", 1, {"data": [{"n": 1}, {"n": 2}]})
SIMPLE = workflow([START, ROWS])


@pytest.mark.parametrize(
    "wrapped",
    [
        SIMPLE,
        [SIMPLE],
        {"workflow": SIMPLE},
        {"workflows": [SIMPLE], "credentials": [{"id": "1", "type": "x", "name": "y"}]},
        {"data": [SIMPLE]},
        {"data": {"workflow": {"workflow": SIMPLE}}},
        [{"workflows": [SIMPLE]}],
        {**SIMPLE, "nodes": json.dumps(SIMPLE["nodes"]), "connections": json.dumps(SIMPLE["connections"])},
    ],
)
def test_a_workflow_is_found_whatever_wraps_it(wrapped):
    assert [step.type for step in imported(wrapped).flow.steps] == ["trigger.manual", "data.sample"]


def test_a_backup_with_a_workflow_per_line_is_read():
    lines = "\n".join(json.dumps({**SIMPLE, "id": name}) for name in ("a", "b")).encode()
    found = N8nImporter().read(lines, "backup", _registry(), Limits())
    assert [one.flow.id for one in found] == ["a", "b"]


@pytest.mark.parametrize("data", [b"", b"nonsense", b"{}", b"[]", b'"x"', b'{"nodes": 3}', b"\xff\xfe{"])
def test_what_is_no_export_is_refused_with_a_message(data):
    with pytest.raises(InvalidInput):
        N8nImporter().read(data, "file", _registry(), Limits())
    assert not is_n8n(data, Limits())


def test_names_ports_positions_and_settings_are_kept():
    nodes = [START, node("Is it?", "if", 2, {}, position=[10, 20], notes="why", retryOnFail=True, maxTries=4)]
    flow = imported(
        workflow(nodes, settings={"timezone": "Asia/Tokyo", "executionTimeout": 5}, id="abc")
    ).flow
    step = flow.by_id["Is_it"]
    assert (flow.id, flow.settings.timezone, flow.settings.timeout_ms) == ("abc", "Asia/Tokyo", 5000)
    assert (step.name, step.position, step.notes) == ("Is it?", (16.0, 20.0), "why")
    assert step.retry is not None
    assert step.retry.attempts == 4


def test_v0_is_the_order_of_workflows_that_name_none():
    assert imported({**SIMPLE, "settings": {}}).flow.settings.order == "v0"
    assert imported(SIMPLE).flow.settings.order == "v1"


def test_an_unsupported_node_keeps_its_parameters_and_says_what_is_missing():
    one = translated("slackOfTomorrow", 7, {"channel": "={{ $json.c }}", "deep": [{"x": 1}]})
    (step,), (issue,) = one.flow.steps, one.issues
    assert (one.nodes, one.runnable) == (1, 0)
    assert step.type == "flow.unsupported"
    assert step.parameters["original"] == {"channel": "={{ $json.c }}", "deep": [{"x": 1}]}
    assert (issue["severity"], issue["node"]) == ("unsupported", "Node")
    assert "slackOfTomorrow" in issue["message"]


def test_other_branches_run_and_the_unsupported_step_fails_with_its_message():
    nodes = [START, node("Good", "noOp", position=[0, 0]), node("Bad", "slackOfTomorrow", position=[0, 100])]
    status, steps, error = run_to_end(workflow(nodes, "Start -> Good", "Start -> Bad"))
    assert (status, first_output(steps, "Good")) == ("failed", [{}])
    assert "slackOfTomorrow" in error["message"]


def test_a_disabled_node_passes_its_items_on():
    nodes = [START, ROWS, node("Off", "slackOfTomorrow", disabled=True), node("End", "noOp")]
    assert first_output(run(workflow(nodes)), "End") == [{"n": 1}, {"n": 2}]


def test_sticky_notes_are_notes_and_no_nodes():
    one = imported(
        workflow([*SIMPLE["nodes"], node("Sticky", "stickyNote", 1, {"content": "Hi", "width": 99})])
    )
    assert one.nodes == 2
    note = one.flow.canvas["notes"][0]
    assert (note["text"], note["size"], note["color"]) == ("Hi", [158.4, 160.0], 1)


def test_expressions_read_parameters_as_n8n_had_them():
    given = {"values": {"string": [{"name": "p", "value": "={{ $('Rows').params.data.length }}"}]}}
    steps = run(workflow([START, ROWS, node("Read", "set", 1, given)]))
    assert first_output(steps, "Read") == [{"n": 1, "p": 2}, {"n": 2, "p": 2}]
    flow = imported(workflow([START, ROWS, node("Read", "set", 1, given)])).flow
    assert flow.extra["parameters"]["Rows"] == ROWS["parameters"]


def test_a_failing_node_is_tried_again_whatever_its_error():
    settings = {"retryOnFail": True, "maxTries": 2, "waitBetweenTries": 0, "onError": "continueRegularOutput"}
    bad = node("Bad", "stopAndError", 1, {"errorMessage": "no"}, **settings)
    value = workflow([START, bad])
    retry = imported(value).flow.by_id["Bad"].retry
    assert retry is not None
    assert (retry.attempts, retry.delay_ms, retry.retry_on) == (2, 0, ("*",))
    assert first_output(run(value), "Bad") == [{"error": "no"}]


def test_an_empty_item_comes_where_the_first_output_is_empty():
    given = {"conditions": {"boolean": [{"value1": True, "value2": False}]}}
    steps = run(workflow([START, node("If", "if", 1, given, alwaysOutputData=True)]))
    assert [len(items) for items in steps["If"][0][:2]] == [1, 1]


@pytest.mark.parametrize(
    ("on_error", "wanted"),
    [
        ("continueRegularOutput", [[{"error": "no"}], []]),
        ("continueErrorOutput", [[], [{"n": 1, "error": "no"}]]),
    ],
)
def test_errors_go_on_as_messages_with_their_items(on_error, wanted):
    rows = node("Rows", "n8n-nodes-testing.testData", 1, {"data": [{"n": 1}]})
    bad = node("Bad", "stopAndError", 1, {"errorMessage": "no"}, onError=on_error)
    runs = run(workflow([START, rows, bad]))["Bad"][0]
    assert [[item["json"] for item in items] for items in runs] == wanted


def test_pinned_data_stands_in_for_nodes_where_it_is_honoured():
    value = {**SIMPLE, "pinData": {"Rows": [{"json": {"pinned": True}}], "Gone": [{"json": {}}]}}
    assert first_output(run(value), "Rows") == [{"n": 1}, {"n": 2}]
    assert first_output(run(value, pins=True), "Rows") == [{"pinned": True}]


def test_nodes_with_one_name_all_become_steps_and_it_is_reported():
    one = imported(workflow([START, node("Twin", "noOp"), node("Twin", "noOp")], "Start -> Twin"))
    assert [step.id for step in one.flow.steps] == ["Start", "Twin", "Twin_2"]
    assert any("several nodes" in issue["message"] for issue in one.issues)


def test_connections_may_name_nodes_by_their_ids_and_strangers_are_reported():
    value = workflow([{**START, "id": "1"}, {**ROWS, "id": "2"}], "1 -> 2", "2 -> gone")
    one = imported(value)
    assert [(edge.source, edge.target) for edge in one.flow.edges] == [("Start", "Rows")]
    assert [issue["node"] for issue in one.issues] == ["gone"]


def test_what_hangs_on_a_node_otherwise_than_by_its_input_is_reported():
    value = workflow([START, node("Agent", "noOp"), node("Tool", "noOp")], "Start -> Agent")
    value["connections"]["Tool"] = {"ai_tool": [[{"node": "Agent", "type": "ai_tool", "index": 0}]]}
    assert "ai_tool" in imported(value).issues[0]["message"]


def test_several_workflows_call_one_another_by_id():
    caller = workflow(
        [START, node("Call", "executeWorkflow", 1.2, {"workflowId": {"__rl": True, "value": "b"}})]
    )
    called = workflow([node("Begin", "executeWorkflowTrigger")])
    first, second = read([{**caller, "id": "a"}, {**called, "id": "b"}])
    assert first.flow.by_id["Call"].parameters["flow"] == second.flow.id == "b"


def test_the_original_can_be_had_back():
    flow = imported({**SIMPLE, "meta": {"x": [1, {"y": None}]}}).flow
    exported = N8nImporter().write(flow, _registry())
    assert exported.document == {**SIMPLE, "meta": {"x": [1, {"y": None}]}}
    assert exported.issues == []


def _registry():
    from tests.n8n_import.support import REGISTRY

    return REGISTRY


def calling(target, **more):
    return workflow([node("Call", "executeWorkflow", 1, {"workflowId": target})], name="Caller", **more)


def test_workflows_that_come_together_find_each_other_by_id_and_by_name():
    other = workflow([node("Go", "executeWorkflowTrigger")], name="My sub", id="s1")
    for target in ("s1", "My sub"):
        settings = {"errorWorkflow": target}
        caller = read([other, calling(target, settings=settings)])[1].flow
        assert (caller.steps[0].parameters["flow"], caller.settings.error_flow) == ("s1", "s1")


def test_a_name_that_two_workflows_bear_names_neither():
    twins = [workflow([node("Go", "noOp")], name="Twin", id=id) for id in ("a", "b")]
    assert read([*twins, calling("Twin")])[2].flow.steps[0].parameters["flow"] == "Twin"


def test_workflows_without_ids_in_one_file_are_flows_of_their_own():
    found = read([workflow([node("Go", "noOp")], name=name) for name in ("One", "Two")], "all.json")
    assert [one.flow.id for one in found] == ["One", "Two"]


@pytest.mark.parametrize("source", ["parameter", "localFile", "url", "moon"])
def test_a_workflow_kept_elsewhere_is_refused_with_a_reason(source):
    one = imported(workflow([node("Call", "executeWorkflow", 1, {"source": source})]))
    assert one.runnable == 0
    assert "is not called here" in one.issues[0]["message"]
