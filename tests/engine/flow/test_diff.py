"""What changed between two versions."""

from __future__ import annotations

from dataclasses import replace

from engine.flow.diff import diff_flows
from engine.flow.model import Edge
from tests.engine.flow.catalogue import flow_of

BEFORE = """\
id: f
settings: {priority: 3}
metadata: {tags: [a]}
steps:
  - {id: fetch, type: http.request, params: {url: "http://a", headers: {x: 1}}, onSuccess: keep}
  - {id: keep, type: data.set, onSuccess: gone}
  - {id: gone, type: data.set}
"""
AFTER = """\
id: f
version: 1.1.0
settings: {priority: 3, timeoutMs: 100}
metadata: {tags: [a]}
steps:
  - {id: fetch, type: http.request, params: {url: "http://b", headers: {x: 1.0}}, onSuccess: keep}
  - {id: keep, type: data.set, onError: continue, onSuccess: new}
  - {id: new, type: data.set}
"""


def test_a_diff_tells_steps_wires_settings_and_details_apart():
    diff = diff_flows(flow_of(BEFORE), flow_of(AFTER))
    assert diff.steps_added == ("new",)
    assert diff.steps_removed == ("gone",)
    assert diff.edges_added == (Edge("keep", "new"),)
    assert diff.edges_removed == (Edge("keep", "gone"),)
    assert [(c.path, c.before, c.after) for c in diff.settings_changed] == [("timeout_ms", None, 100)]
    assert [c.path for c in diff.details_changed] == ["label"]
    assert {change.step: [c.path for c in change.fields] for change in diff.steps_changed} == {
        "fetch": ["parameters.url", "parameters.headers.x"],
        "keep": ["on_error"],
    }


def test_a_diff_reads_well():
    assert (
        str(diff_flows(flow_of(BEFORE), flow_of(AFTER)))
        == """\
~ label: (nothing) -> 1.1.0
~ settings.timeout_ms: (nothing) -> 100
- step gone
+ step new
~ step fetch
    parameters.url: http://a -> http://b
    parameters.headers.x: 1 -> 1.0
~ step keep
    on_error: (nothing) -> continue
- wire keep -> gone
+ wire keep -> new"""
    )


def test_equal_versions_have_no_difference():
    diff = diff_flows(flow_of(BEFORE), flow_of(BEFORE))
    assert diff.empty
    assert str(diff) == "no difference"


def test_another_order_is_a_difference():
    flow = flow_of(BEFORE)
    diff = diff_flows(flow, replace(flow, steps=flow.steps[::-1], edges=flow.edges[::-1]))
    assert diff.reordered == ("steps", "wires")
    assert not diff.empty


def test_a_diff_renders_as_json_in_camel_case():
    rendered = diff_flows(flow_of(BEFORE), flow_of(AFTER)).as_json()
    assert rendered["stepsAdded"] == ["new"]
    assert rendered["edgesAdded"] == [
        {"source": "keep", "sourcePort": "main", "target": "new", "targetPort": "main"}
    ]
