"""Whatever document comes is told apart, looked at, and stored."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject
from engine.base.limits import BUNDLE_FLOWS_MAX
from engine.dispatch.clock import SystemClock
from engine.flow.dump import dump_flow
from engine.steps.registry import Registry
from engine.testing.world import ALICE, BOB, fake_world
from engine.usecases.get_flow import get_flow
from engine.usecases.import_any import BUNDLE, bundle_of, import_any
from n8n_import.door import N8nImporter

FLOW: dict[str, Any] = {"id": "one", "name": "One", "steps": [{"id": "a", "type": "flow.noop"}]}
N8N = {
    "name": "From there",
    "nodes": [{"name": "A", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "parameters": {}}],
    "connections": {},
}


@pytest.fixture
def world() -> Any:
    made = replace(fake_world(Registry(), SystemClock()), importer=lambda system: N8nImporter())
    yield made
    made.worker.stop(1)


def told(value: Any) -> bytes:
    return json.dumps(value).encode()


def bundle(*flows: Any) -> bytes:
    return told({"format": BUNDLE, "flows": list(flows)})


def test_json_yaml_and_n8n_are_told_apart(world):
    for data, name, ids in (
        (told(FLOW), "x.json", ["one"]),
        (b"id: two\nsteps:\n  - {id: a, type: flow.noop}\n", "x.yaml", ["two"]),
        (b"steps:\n  - {id: a, type: flow.noop}\n", "third.yaml", ["third"]),
        (told({**N8N, "id": "four"}), "x.json", ["four"]),
        (bundle({**FLOW, "id": "five"}, {**FLOW, "id": "six"}), "x.json", ["five", "six"]),
    ):
        arrivals = import_any(world, ALICE, data, name)
        assert [(one.imported.flow.id, one.action) for one in arrivals] == [(id, "created") for id in ids]
        for id in ids:
            assert get_flow(world, ALICE, id).record.id == id


def test_looking_stores_nothing(world):
    (arrival,) = import_any(world, BOB, told(FLOW), dry_run=True)
    assert (arrival.action, arrival.imported.nodes, arrival.imported.runnable) == ("created", 1, 1)
    with pytest.raises(UnknownObject):
        get_flow(world, ALICE, "one")
    with pytest.raises(PermissionDenied):
        import_any(world, BOB, told(FLOW))


def test_a_flow_that_is_there_gets_a_version_and_says_what_changes(world):
    import_any(world, ALICE, told(FLOW))
    assert import_any(world, ALICE, told(FLOW))[0].action == "unchanged"
    longer = {**FLOW, "steps": [*FLOW["steps"], {"id": "b", "type": "flow.noop"}]}
    (arrival,) = import_any(world, ALICE, told(longer), dry_run=True)
    assert arrival.action == "updated"
    assert arrival.diff is not None and arrival.diff.steps_added == ("b",)


def test_a_draft_that_lacks_something_comes_in_and_says_what(world):
    (arrival,) = import_any(world, ALICE, told({**FLOW, "steps": [{"id": "a", "type": "http.request"}]}))
    assert arrival.imported.runnable == 0
    assert [(one["node"], one["severity"]) for one in arrival.imported.issues] == [("a", "incomplete")]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff\xfe", b"[]", b"{", b"hello", b"<html></html>", b'{"format": "qflow-bundle"}',
        told({"steps": "none"}), bundle("x"), bundle(FLOW, FLOW), bundle({"steps": []}),
        bundle(*[{**FLOW, "id": f"f{number}"} for number in range(BUNDLE_FLOWS_MAX + 1)]),
    ],
)  # fmt: skip
def test_what_is_no_flow_is_refused_with_a_reason(world, data):
    with pytest.raises(InvalidInput):
        import_any(world, ALICE, data, "file.txt")


def test_one_bad_flow_of_a_bundle_keeps_all_out_and_is_named(world):
    with pytest.raises(InvalidInput) as refused:
        import_any(world, ALICE, bundle(FLOW, {"id": "two", "steps": [{"id": "a", "type": 7}]}))
    assert refused.value.problems[0].path.startswith("flows[1]")
    with pytest.raises(UnknownObject):
        get_flow(world, ALICE, "one")


def test_what_is_exported_comes_back_the_same(world):
    import_any(world, ALICE, bundle(FLOW, {**FLOW, "id": "two"}))
    made = bundle_of(world, ALICE, ["one", "two", "one"])
    assert [one["id"] for one in made["flows"]] == ["one", "two"]
    assert {one.action for one in import_any(world, ALICE, told(made))} == {"unchanged"}
    yaml = dump_flow(get_flow(world, ALICE, "one").flow, "yaml").encode()
    assert import_any(world, ALICE, yaml)[0].action == "unchanged"


def test_a_bundle_of_nothing_too_much_or_what_is_not_there_is_refused(world):
    for flows in ([], ["x"] * (BUNDLE_FLOWS_MAX + 1), ["nowhere"]):
        with pytest.raises(InvalidInput):
            bundle_of(world, ALICE, flows)
