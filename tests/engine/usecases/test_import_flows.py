"""Importing another system's workflows: created, updated, or left alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject
from engine.dispatch.clock import SystemClock
from engine.flow.canonical import to_canonical
from engine.flow.model import Flow, FlowSettings, Step
from engine.steps.registry import Registry
from engine.testing.importers import PlainImporter
from engine.testing.world import ALICE, BOB, fake_world
from engine.usecases.export_flow import export_flow
from engine.usecases.import_flows import import_flows
from engine.usecases.token_desk import owner_of
from engine.usecases.update_flow import update_flow

FLOW = Flow("f", "F", (Step("a", "flow.noop"),), format="n8n", extra={"n8n": {"name": "F"}})
NAMED = {"type": "httpBearerAuth", "name": "Mine"}


@pytest.fixture
def world():
    made = replace(fake_world(Registry(), SystemClock()), importer=lambda system: PlainImporter())
    yield made
    made.worker.stop(1)


def export_of(*flows):
    return json.dumps([to_canonical(flow) for flow in flows]).encode()


def test_a_flow_is_created_then_unchanged_then_updated_with_its_diff(world):
    (first,) = import_flows(world, ALICE, export_of(FLOW))
    (second,) = import_flows(world, ALICE, export_of(FLOW))
    changed = replace(FLOW, steps=(Step("a", "flow.noop", notes="new"), Step("b", "flow.noop")))
    (third,) = import_flows(world, ALICE, export_of(changed))
    assert [arrival.action for arrival in (first, second, third)] == ["created", "unchanged", "updated"]
    assert third.diff is not None
    assert third.diff.steps_added == ("b",)
    assert world.flows.record("personal", "f").revision == changed.version


def test_tests_that_were_written_here_outlive_another_import(world):
    import_flows(world, ALICE, export_of(FLOW))
    tested = replace(FLOW, tests=({"name": "one"},), settings=FlowSettings(tests_must_pass=True))
    world.flows.save("personal", tested, FLOW.version, "alice", "", 2)
    (same,) = import_flows(world, ALICE, export_of(FLOW))
    (other,) = import_flows(world, ALICE, export_of(replace(FLOW, name="G")))
    assert (same.action, other.action) == ("unchanged", "updated")
    saved = world.flows.version("personal", world.flows.record("personal", "f").revision)
    assert (saved.name, saved.tests, saved.settings.tests_must_pass) == ("G", ({"name": "one"},), True)


def test_what_arrives_is_signed_by_whoever_brought_it(world):
    owner = replace(ALICE, identity=owner_of(world.identities, world.entropy, "personal"))
    changed = replace(FLOW, name="G")
    for flow in (FLOW, changed):
        import_flows(world, owner, export_of(flow))
        [signature] = world.flows.signatures("personal", flow.version)
        assert signature.identity == owner.identity


def test_a_dry_run_stores_nothing(world):
    (arrival,) = import_flows(world, BOB, export_of(FLOW), dry_run=True)
    assert arrival.action == "created"
    with pytest.raises(UnknownObject):
        world.flows.record("personal", "f")


def test_whoever_may_only_read_cannot_import(world):
    with pytest.raises(PermissionDenied):
        import_flows(world, BOB, export_of(FLOW))


def test_what_was_imported_can_be_published_at_once(world):
    (arrival,) = import_flows(world, ALICE, export_of(FLOW), publish=True)
    assert arrival.published
    assert world.flows.record("personal", "f").published == FLOW.version


def test_an_unknown_system_is_named(world):
    with pytest.raises(UnknownObject, match="zapier"):
        import_flows(fake_world(Registry(), SystemClock()), ALICE, b"[]", system="zapier")


def test_editing_an_imported_flow_keeps_where_it_came_from(world):
    import_flows(world, ALICE, export_of(FLOW))
    definition = {"id": "f", "name": "G", "steps": [{"id": "a", "type": "flow.noop"}]}
    record = update_flow(world, ALICE, "f", definition, FLOW.version)
    flow = world.flows.version("personal", record.revision)
    assert (flow.name, flow.format, flow.extra) == ("G", "n8n", {"n8n": {"name": "F"}})
    assert export_flow(world, ALICE, "f").document["name"] == "G"


def test_nonsense_is_refused(world):
    with pytest.raises(InvalidInput):
        import_flows(world, ALICE, b"nonsense")


def test_static_data_and_placeholders_come_along_once(world):
    named = {"url": "https://x.example", "auth": {"kind": "credential", "credential": NAMED}}
    flow = replace(
        FLOW, steps=(Step("a", "http.request", named),), extra={**FLOW.extra, "static": {"global": {"n": 1}}}
    )
    import_flows(world, ALICE, export_of(flow), dry_run=True)
    assert world.credentials.records("personal") == []
    import_flows(world, ALICE, export_of(flow))
    assert world.values.get("personal", "f", "static:global").value == {"n": 1}
    world.values.put("personal", "f", "static:global", {"n": 2}, None, 1)
    import_flows(world, ALICE, export_of(replace(flow, description="new")))
    assert world.values.get("personal", "f", "static:global").value == {"n": 2}
    (record,) = world.credentials.records("personal")
    assert (record.type, record.name, record.filled) == ("httpBearerAuth", "Mine", False)
