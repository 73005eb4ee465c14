"""Whatever is done to a workflow, reading it gives flows or says what is wrong; it never breaks."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.api import InvalidInput, Limits, from_canonical, to_canonical
from n8n_import.door import N8nImporter
from n8n_import.nodes import known
from tests.n8n_import.support import REGISTRY, imported, node, workflow

NODES = [
    node("Start", "manualTrigger"),
    node(
        "Hook",
        "webhook",
        2,
        {"path": "a/:b", "httpMethod": "POST", "options": {"responseCode": {"values": {}}}},
    ),
    node("Each", "splitInBatches", 3, {"batchSize": 2, "options": {}}),
    node(
        "If", "if", 2, {"conditions": {"combinator": "and", "conditions": [{"leftValue": "={{ $json.a }}"}]}}
    ),
    node("Ask", "httpRequest", 4.2, {"url": "=http://x/{{ $json.id }}", "sendBody": True, "jsonBody": "={}"}),
    node("Wait", "wait", 1.1, {"amount": 3, "unit": "hours"}, onError="continueErrorOutput"),
    node(
        "Tick", "scheduleTrigger", 1.2, {"rule": {"interval": [{"field": "weeks", "triggerAtDay": [1, 3]}]}}
    ),
    node(
        "Set",
        "set",
        3.4,
        {"assignments": {"assignments": [{"name": "a", "value": "={{ 1 }}", "type": "number"}]}},
    ),
    node("Note", "stickyNote", 1, {"content": "x"}),
]
WIRES = ["Start -> Each", "Each:1 -> If", "If:0 -> Ask", "If:1 -> Wait", "Wait:1 -> Set", "Ask -> Each"]
WHOLE = workflow(NODES, *WIRES, id="m", tags=["a", {"name": "b"}], pinData={"Set": [{"json": {}}]})

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["={{", "={{ $json }}", "\ud800", "\0", "__rl", "../..", "$json.x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def places(value: Any, path: tuple = ()) -> list[tuple]:
    """The path of every value inside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inside for place in places(one, (*path, key)))]


PLACES = places(WHOLE)[1:]
MUTATIONS = st.lists(
    st.tuples(st.sampled_from(PLACES), st.just(None) | st.tuples(JUNK)), min_size=1, max_size=6
)


def mutated(changes: list[tuple[tuple, tuple | None]]) -> Any:
    """The workflow with values replaced, or taken away."""
    value = copy.deepcopy(WHOLE)
    for path, change in changes:
        inside: Any = value
        for part in path[:-1]:
            inside = inside.get(part) if isinstance(inside, dict) else _at(inside, part)
        if isinstance(inside, dict):
            inside.pop(path[-1], None) if change is None else inside.update({path[-1]: change[0]})
        elif isinstance(inside, list) and isinstance(path[-1], int) and path[-1] < len(inside):
            inside[path[-1]] = None if change is None else change[0]
    return value


def _at(value: Any, part: Any) -> Any:
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None


def read_whatever(data: bytes) -> None:
    importer = N8nImporter()
    try:
        found = importer.read(data, "file", REGISTRY, Limits())
    except InvalidInput:
        return
    for one in found:
        assert 0 <= one.runnable <= one.nodes
        assert all(edge.source in one.flow.by_id and edge.target in one.flow.by_id for edge in one.flow.edges)
        assert from_canonical(to_canonical(one.flow)).version == one.flow.version
        json.dumps(list(one.issues))
        importer.write(one.flow, REGISTRY)


@given(MUTATIONS)
@settings(max_examples=150, deadline=None)
def test_mutated_workflows_are_read_or_refused(changes):
    read_whatever(json.dumps(mutated(changes)).encode())


@given(JUNK)
@settings(max_examples=60, deadline=None)
def test_any_json_is_read_or_refused(value):
    read_whatever(json.dumps(value).encode())


@given(st.sampled_from(sorted(known())), st.sampled_from([0, 1, 2, 2.1, 3, 4.2, 99]), JUNK)
@settings(max_examples=200, deadline=None)
def test_every_translator_takes_any_parameters(kind, version, parameters):
    read_whatever(json.dumps(workflow([node("N", kind, version, parameters)])).encode())


@pytest.mark.parametrize("text", ["[" * 100_000, '{"nodes":' * 5_000, '{"a":' * 99 + "1" + "}" * 99])
def test_deep_exports_are_refused(text):
    with pytest.raises(InvalidInput):
        N8nImporter().read(text.encode(), "deep", REGISTRY, Limits())


def test_too_many_nodes_and_too_many_bytes_are_refused():
    nodes = [node(f"N{number}", "noOp") for number in range(2_001)]
    with pytest.raises(InvalidInput, match="2001 nodes"):
        imported(workflow(nodes, "N0 -> N1"))
    with pytest.raises(InvalidInput, match="request_body_bytes_max"):
        N8nImporter().read(b" " * 2_000, "big", REGISTRY, Limits(request_body_bytes_max=1_000))


def test_a_large_workflow_is_read():
    nodes = [node(f"N{number}", "noOp") for number in range(1_500)]
    assert len(imported(workflow(nodes)).flow.steps) == 1_500


def test_circles_are_read():
    nodes = [node("A", "noOp"), node("B", "noOp")]
    assert len(imported(workflow(nodes, "A -> B", "B -> A", "A -> A")).flow.edges) == 3
