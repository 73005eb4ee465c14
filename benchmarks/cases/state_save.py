"""State save: the commit of one step's facts with its header."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from benchmarks import place
from benchmarks.cases.sequential import sample
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result, of_samples

if TYPE_CHECKING:
    from engine.journal.facts import StepCompleted
    from engine.ports.journal_store import Header
    from engine.usecases.world import World

LIMITS = (Limit("p50", 200.0), Limit("p99", 200.0))
OWNER = "bench"
FAR_US = 2**60


def _header(world: World) -> Header:
    from engine.journal.state import Status
    from engine.ports.journal_store import Header

    now = world.clock.now_us()
    return Header(
        id=world.new_id("exe"),
        subnet="personal",
        flow="bench",
        version="bench",
        status=Status.RUNNING,
        trigger_type="manual",
        mode="production",
        priority=5,
        actor="bench",
        created_us=now,
        updated_us=now,
        lease_owner=OWNER,
        lease_until_us=FAR_US,
    )


def _fact(number: int) -> StepCompleted:
    from engine.base.canonical import cid_of
    from engine.journal.facts import PortData, StepCompleted

    items = [{"json": {"step": number, "name": "sample", "tags": ["a", "b"]}}]
    data = PortData(cid_of(items), 1, items)
    return StepCompleted(
        at_us=number,
        task=number,
        step="set",
        run=number,
        attempt=1,
        outputs={"main": data},
        input_cid=data.cid,
        output_cid=data.cid,
        code="data.set@1",
        started_us=number,
    )


def run(synchronous: str, options: Options) -> list[Result]:
    """Commits of one fact, one after the other, on the node's own SQLite settings."""
    os.environ["QFLOW_SQLITE_SYNCHRONOUS"] = synchronous
    from engine.journal.facts import ExecutionAdmitted
    from engine.ports.journal_store import Commit

    world = place.opened(options.scratch / "node").world
    header = _header(world)
    world.journal.create(Commit(header, 0, [ExecutionAdmitted(at_us=1)]))
    stored = 1

    def commit() -> None:
        nonlocal stored
        grown = replace(header, sequence=stored + 1, current_step="set")
        world.journal.commit(Commit(grown, stored, [_fact(stored)]), OWNER)
        stored += 1

    times = sample(commit, options.count(2000, 100))
    name = "state-save" if synchronous == "NORMAL" else f"state-save-{synchronous.lower()}"
    return [of_samples(name, "ms", times, LIMITS, synchronous=synchronous)]


BENCHMARKS = (
    Benchmark(
        "state-save", "commit of one step's facts, as the node does by default", partial(run, "NORMAL")
    ),
    Benchmark("state-save-full", "the same, waiting for the disk at every commit", partial(run, "FULL")),
)
