"""The order of keys, through whole executions, and read back from their journals and blocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.base.limits import Limits
from engine.dispatch.clock import SystemClock
from engine.execution.data import ItemStore
from engine.flow.model import Edge, Flow, Step
from engine.steps.registry import Registry
from engine.testing.world import ALICE, fake_world
from engine.usecases.inspect_execution import state_of
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World

KEEPING: dict[str, tuple[str, dict[str, Any]]] = {
    "filter": ("logic.filter", {"value": 1, "operator": "equals", "compareTo": 1}),
    "sort": ("data.sort", {"fields": [{"field": "n"}]}),
    "limit": ("data.limit", {"count": 100}),
    "unique": ("data.deduplicate", {}),
    "set": ("data.set", {"files": "keep"}),
    "last": ("flow.noop", {}),
}
"""Steps that let items through as they are, in a row."""

KEYS = st.text("zyxabc-", min_size=1, max_size=4)
OBJECTS = st.recursive(
    st.integers(0, 9),
    lambda inner: st.dictionaries(KEYS, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(
    st.dictionaries(KEYS, OBJECTS, min_size=1, max_size=5),
    min_size=1,
    max_size=4,
    unique_by=lambda row: json.dumps(row, sort_keys=True),
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Outputs of more than 300 bytes become blocks."""
    made = fake_world(Registry(), SystemClock(), limits=Limits(inline_output_bytes_max=300))
    steps = [Step("start", "trigger.manual", {})]
    steps += [Step(name, kind, parameters) for name, (kind, parameters) in KEEPING.items()]
    edges = tuple(Edge(one.id, other.id) for one, other in pairwise(steps))
    flow = Flow("f", "f", tuple(steps), edges)
    made.flows.create("personal", flow, "alice", "", 1)
    made.flows.publish("personal", "f", flow.version, (), {}, 1)
    yield made
    made.worker.stop(1)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_steps_that_keep_items_keep_the_order_of_their_keys(world: World, rows: list[dict[str, Any]]) -> None:
    rows = [{**row, "n": index} for index, row in enumerate(rows)]
    request = StartRequest("f", [{"json": row} for row in rows], wait="end")
    started = start_execution(world, ALICE, request)
    assert started.future is not None
    outcome = started.future.result(30)
    assert json.dumps([item["json"] for item in outcome.items]) == json.dumps(rows)
    header = world.journal.header(started.execution)
    runs = state_of(world, header).runs
    anew = ItemStore(world.blocks, world.limits)
    for name in KEEPING:
        kept = anew.load(header.subnet, runs[name][0].outputs["main"])
        assert json.dumps([item["json"] for item in kept]) == json.dumps(rows), name
