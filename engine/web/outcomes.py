"""Waiting for an execution's outcome without holding a thread."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

from engine.base.errors import UnknownObject
from engine.execution.session import Outcome
from engine.execution.watches import Until, outcome_of
from engine.usecases.inspect_execution import state_of
from engine.usecases.world import World
from engine.web.pool import pool

LOOK_EVERY_S = 1.0
"""A worker tells the outcome by itself, unless another one took the execution over; so look too."""


async def outcome_within(
    world: World, execution: str, until: Until, future: Future[Outcome] | None, timeout_s: float
) -> Outcome | None:
    """The outcome, or None where there was none in time.

    The future is never cancelled: the worker that holds it may resolve it later.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    told = asyncio.wrap_future(future) if future is not None else loop.create_future()
    sequence = -1
    while (left := deadline - loop.time()) > 0:
        await asyncio.wait([told], timeout=min(LOOK_EVERY_S, left))
        if told.done():
            return told.result()
        sequence, outcome = await pool().run(_look, world, execution, until, sequence)
        if outcome is not None:
            return outcome
    return None


def _look(world: World, execution: str, until: Until, sequence: int) -> tuple[int, Outcome | None]:
    """What the journal tells; nothing is read where it did not grow since ``sequence``."""
    try:
        header = world.journal.header(execution)
    except UnknownObject:  # its first commit is still to come
        return sequence, None
    if header.sequence == sequence:
        return sequence, None
    outcome = outcome_of(state_of(world, header), world.worker.items)
    if outcome is None or not _satisfies(until, outcome):
        return header.sequence, None
    return header.sequence, outcome


def _satisfies(until: Until, outcome: Outcome) -> bool:
    if outcome.kind in ("completed", "failed", "aborted"):
        return True
    if until == "answer":
        return outcome.answer is not None
    return until == "rest" and outcome.kind == "waiting"
