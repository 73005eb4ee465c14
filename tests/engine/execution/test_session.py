"""What a session holds before it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.flow.model import Edge, Flow, Step
from engine.journal.facts import Fact
from engine.ports.crew import NoCrew
from engine.ports.journal_store import Header
from engine.steps.registry import Registry
from engine.testing.clock import FakeClock
from engine.testing.world import ALICE, fake_world
from engine.usecases.start_execution import StartRequest, start_execution


class Keeping(NoCrew):
    """Takes executions, and drives none."""

    def drive(self, header: Header, facts: Sequence[Fact], until: str) -> bool:
        self.taken = (header, facts)
        return True


def test_an_execution_that_waited_for_its_first_turn_is_stored_at_once_when_it_ends():
    clock, crew = FakeClock(), Keeping()
    world = replace(fake_world(Registry(), clock), crew=crew)
    steps = (Step("start", "trigger.manual", {}), *(Step(name, "flow.noop", {}) for name in "abc"))
    edges = (Edge("start", "a"), Edge("a", "b"), Edge("b", "c"))
    flow = Flow("f", "f", steps, edges)
    world.flows.create("personal", flow, "alice", "", 1)
    world.flows.publish("personal", "f", flow.version, (), {}, 1)
    start_execution(world, ALICE, StartRequest("f", wait="end", durable=False))
    clock.advance_ms(60_000)
    header, facts = crew.taken
    plan = world.plans.get("personal", flow.version)
    world.worker.start(header, plan, facts, durable=False, here=True)
    assert world.journal.header(header.id).status == "completed"
    assert [name for name, _ in world.metrics.observed].count("state_save_seconds") == 1
    world.worker.stop(1)
