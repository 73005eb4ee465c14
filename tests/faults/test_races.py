"""Two workers that race for the same executions: every step completes once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.dispatch.clock import SystemClock
from engine.flow.model import Edge, Flow, FlowSettings, Step
from engine.journal import facts as f
from engine.journal.state import Status
from engine.ports.step_catalogue import Effect, StepContext, StepResult
from engine.storage.journal import DjangoJournalStore
from engine.testing.memory_flow_store import MemoryFlowStore
from engine.testing.steps import DictCatalogue, PlainTrigger, make_type, plus_one
from engine.testing.world import ALICE, fake_world
from engine.usecases.keeper import Keeper
from engine.usecases.start_execution import StartRequest, start_execution
from tests.faults.cluster import until
from tests.faults.conftest import MakeCluster
from tests.faults.flows import small
from tests.faults.invariants import check_journal

FLOWS = 200
STEPS = {("hook", 0), ("first", 0), ("second", 0)}


@pytest.mark.slow
@pytest.mark.services
def test_two_worker_processes_complete_two_hundred_executions_once_each(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.start(small(), workers=2)
    app = cluster.celery()

    def begin(number: int) -> str | None:
        execution = cluster.web.begin("/webhook/small")
        app.send_task("engine.ring", (execution,), ignore_result=True)
        return execution

    with ThreadPoolExecutor(8) as callers:
        promised = list(callers.map(begin, range(FLOWS)))
    cluster.vigil().until_ended(60, expected=FLOWS)
    journals = cluster.tables.journals("small")
    assert set(journals) == set(promised)
    for execution, facts in journals.items():
        assert isinstance(facts[-1], f.ExecutionCompleted)
        assert set(check_journal(execution, facts)) == STEPS


def test_two_workers_on_one_sqlite_file_act_once_for_each_step(sqlite: str) -> None:
    acted: Counter[str] = Counter()
    lock = threading.Lock()

    def act(context: StepContext) -> StepResult:
        with lock:
            acted[context.idempotency_key] += 1
        return plus_one(context)

    catalogue = DictCatalogue(
        [PlainTrigger(), make_type("t.act", act, effect=Effect.WRITE), make_type("t.add", plus_one)]
    )
    journal, flows, clock = DjangoJournalStore(sqlite), MemoryFlowStore(), SystemClock()
    worlds = [
        fake_world(
            catalogue, clock, journal=journal, flows=flows, owner=f"node:{n}", seed=n, drive_here=False
        )
        for n in (1, 2)
    ]
    steps = (Step("first", "t.act"), Step("shape", "t.add"), Step("second", "t.act"))
    edges = (Edge("first", "shape"), Edge("shape", "second"))
    flow = Flow("f", "f", steps, edges, settings=FlowSettings())
    flows.create("personal", flow, "alice", "", 1)
    flows.publish("personal", "f", flow.version, (), {}, 1)
    for world in worlds:
        world.access.ensure_personal_subnet(1)
        both = [one.worker.attend_later for one in worlds]
        world.waker.ring_through = lambda execution, both=both: [ring(execution) for ring in both]  # type: ignore[attr-defined]
    executions = [start_execution(worlds[n % 2], ALICE, StartRequest("f")).execution for n in range(FLOWS)]
    keepers = [Keeper(world) for world in worlds]
    swept = time.monotonic()

    def ended() -> bool:
        nonlocal swept
        if time.monotonic() > swept + 0.2:
            swept = time.monotonic()
            for world, keeper in zip(worlds, keepers, strict=True):
                world.worker.heartbeat()
                keeper.sweep()
        return all(journal.header(execution).status.ended for execution in executions)

    until(ended, 60)
    for world in worlds:
        world.worker.stop(1)
    for execution in executions:
        header, entries = journal.load(execution)
        assert header.status is Status.COMPLETED
        assert len(check_journal(execution, [entry.fact for entry in entries])) == 3
    assert set(acted.values()) == {1}
    assert len(acted) == 2 * FLOWS
