"""Waiting for an execution's outcome without holding a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial

from engine.base.errors import UnknownObject
from engine.execution.session import Outcome
from engine.execution.watches import Until, outcome_of
from engine.usecases.inspect_execution import state_of
from engine.usecases.start_execution import Started
from engine.usecases.world import World
from engine.web.pool import pool

LOOK_EVERY_S = 1.0
"""A worker tells the outcome by itself, unless another one took the execution over; so look too."""


async def outcome_of_start(
    world: World, starting: Future[Started], until: Until, timeout_s: float
) -> tuple[Started, Outcome | None]:
    """A start that another thread makes, and its outcome, or None where there was none in time.

    The loop is woken once for both. Raises what the start raised.
    """
    loop = asyncio.get_running_loop()
    told = loop.create_future()
    starting.add_done_callback(partial(_tell, partial(_wake, loop, told)))
    soon_s = min(LOOK_EVERY_S, timeout_s)
    try:
        await asyncio.wait([told], timeout=soon_s)
    except asyncio.CancelledError:  # whoever asked is gone: what no thread has begun is not begun
        starting.cancel()
        raise
    if told.done():
        started = starting.result()
        assert started.future is not None
        return started, started.future.result()
    started = await asyncio.wrap_future(starting)
    return started, await outcome_within(world, started.execution, until, started.future, timeout_s - soon_s)


def _tell(wake: Callable[[object], None], starting: Future[Started]) -> None:
    """Once a start is made, wake for its outcome; for an error now. One without a future is looked after."""
    if starting.cancelled() or starting.exception() is not None:
        wake(starting)
    elif (future := starting.result().future) is not None:
        future.add_done_callback(wake)


def _wake(loop: asyncio.AbstractEventLoop, told: asyncio.Future[None], _: object) -> None:
    with suppress(RuntimeError):  # the loop is closed: the node has stopped
        loop.call_soon_threadsafe(_settle, told)


def _settle(told: asyncio.Future[None]) -> None:
    if not told.done():
        told.set_result(None)


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
