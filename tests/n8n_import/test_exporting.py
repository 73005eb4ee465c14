"""What came from n8n goes back there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.api import Edge, InvalidInput, Step
from n8n_import.door import N8nImporter
from tests.n8n_import.support import REGISTRY, imported, node, read, workflow

NODES = [
    node("Start", "manualTrigger", id="1", webhookId="w"),
    node("If", "if", 2, {"conditions": {"conditions": []}}, onError="continueErrorOutput"),
    node("Yes", "noOp"),
    node("No", "slackOfTomorrow", 1, {"keep": "this"}),
    node("Err", "noOp"),
    node("Fail", "stopAndError", 1, {"errorType": "errorObject", "errorObject": '{"a": 1}'}),
    node("Note", "stickyNote", 1, {"content": "hi"}),
]
WIRES = ["Start -> If", "If:0 -> Yes", "If:1 -> No", "If:2 -> Err", "No -> Fail"]
VALUE = workflow(NODES, *WIRES, id="x", tags=[{"name": "t"}], meta={"a": 1}, staticData=None)
FLOW = imported(VALUE).flow


def export(flow):
    return N8nImporter().write(flow, REGISTRY)


def test_what_was_not_touched_is_as_it_was():
    exported = export(FLOW)
    assert exported.document == VALUE
    assert exported.issues == []


def test_tests_that_were_written_here_stay_here():
    exported = export(replace(FLOW, tests=({"name": "runs", "mocks": {"No": {"items": []}}},)))
    assert exported.document == VALUE
    assert exported.issues == []


def test_a_moved_renamed_and_switched_off_step_changes_only_that():
    step = replace(FLOW.by_id["Yes"], name="Oh yes", position=(8.0, 6.0), disabled=True)
    flow = replace(FLOW, steps=tuple(step if one.id == "Yes" else one for one in FLOW.steps))
    document = export(flow).document
    changed = [now for now, before in zip(document["nodes"], VALUE["nodes"], strict=True) if now != before]
    assert changed == [{**NODES[2], "name": "Oh yes", "position": [5.0, 6.0], "disabled": True}]
    assert document["connections"]["If"]["main"][0] == [{"node": "Oh yes", "type": "main", "index": 0}]


def test_drawn_wires_go_back_with_their_numbers():
    flow = replace(FLOW, edges=(*FLOW.edges, Edge("Yes", "Err")))
    document = export(flow).document
    assert document["connections"].pop("Yes") == {"main": [[{"node": "Err", "type": "main", "index": 0}]]}
    assert document["connections"] == VALUE["connections"]
    assert read(document)[0].flow.edges


def test_a_removed_step_is_gone_and_a_new_one_is_told():
    steps = (*(step for step in FLOW.steps if step.id != "Err"), Step("new", "data.set"))
    edges = tuple(edge for edge in FLOW.edges if edge.target != "Err")
    exported = export(replace(FLOW, steps=steps, edges=edges))
    names = [one["name"] for one in exported.document["nodes"]]
    assert "Err" not in names
    assert names[-1] == "new"
    assert [issue["severity"] for issue in exported.issues] == ["unsupported"]


def test_changed_parameters_are_told():
    step = replace(FLOW.by_id["No"], type="flow.noop", parameters={})
    flow = replace(FLOW, steps=tuple(step if one.id == "No" else one for one in FLOW.steps))
    (issue,) = export(flow).issues
    assert (issue["node"], issue["severity"]) == ("No", "differs")


def test_a_flow_of_other_origin_cannot_go_to_n8n():
    with pytest.raises(InvalidInput, match="did not come from n8n"):
        export(replace(FLOW, extra={}))
