"""No step of this node acts on the outside while its flow is tested, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.dispatch.clock import SystemClock
from engine.flow.model import Edge, Flow, Step
from engine.steps.registry import Registry
from engine.testing.world import ALICE, fake_world
from engine.usecases.run_tests import FlowTested, run_tests
from engine.usecases.world import World

REGISTRY = Registry()
HTTP = [{"operation": "http", "host": "example.org", "methods": ["POST"]}]
ACTING: dict[str, dict[str, Any]] = {
    "http.request": {"url": "https://example.org", "method": "POST"},
    "graphql.request": {"url": "https://example.org", "query": "{ a }"},
    "file.write": {"path": "a.txt"},
    "file.read": {"path": "a.txt"},
    "flow.call": {"flow": "other"},
    "data.unseen": {"value": "{{ $json.id }}"},
    "command.execute": {"path": "/usr/bin/touch", "arguments": ["a"]},
    "code.javascript": {"code": "return [];", "capabilities": HTTP},
    "code.python": {"code": "return []", "capabilities": HTTP},
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = fake_world(REGISTRY, SystemClock())
    yield made
    made.worker.stop(1)


def report_of(world: World, kind: str, **case: Any) -> FlowTested:
    """A flow whose second step acts, and goes on whatever happens to it."""
    steps = (Step("begin", "trigger.manual"), Step("acts", kind, ACTING[kind], on_error="continue"))
    name = f"{kind}-{len(case)}"
    flow = Flow(name, name, steps, (Edge("begin", "acts"),), tests=({"name": "one", **case},))
    world.flows.create("personal", flow, "alice", "", 1)
    return run_tests(world, ALICE, name)


@pytest.mark.parametrize("kind", ACTING)
def test_a_step_that_reaches_outside_is_refused(world: World, kind: str) -> None:
    [result] = report_of(world, kind).cases
    assert "reads or changes what is outside" in result.flaws[0].message


@pytest.mark.parametrize("kind", ACTING)
def test_mocked_it_gives_what_the_test_says(world: World, kind: str) -> None:
    given = [{"json": {"n": 1}}]
    first = REGISTRY.get(kind).ports_out(ACTING[kind])[0]
    expect = {"outputs": {"acts": {first: given}}}
    report = report_of(world, kind, mocks={"acts": {"items": given}}, expect=expect)
    assert report.passed, report.cases[0].flaws
