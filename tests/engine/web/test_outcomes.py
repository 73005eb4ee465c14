"""Waiting for the outcome of a start that another thread makes."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

import pytest

from engine.base.errors import WrongState
from engine.execution.session import Outcome
from engine.usecases.start_execution import Started
from engine.web.outcomes import outcome_of_start

ENDED = Outcome("completed")


@pytest.fixture
def starting() -> Future[Started]:
    return Future()


@pytest.fixture
def outcome() -> Future[Outcome]:
    return Future()


async def waited(world, starting):
    """A task that waits, and has begun to."""
    task = asyncio.ensure_future(outcome_of_start(world, starting, "rest", 30.0))
    await asyncio.sleep(0)
    return task


async def test_the_outcome_of_another_thread_arrives_with_its_start(world, starting, outcome):
    task = await waited(world, starting)
    starting.set_result(Started("exe_1", future=outcome))
    await asyncio.sleep(0)
    assert not task.done()
    await asyncio.to_thread(outcome.set_result, ENDED)
    assert await task == (starting.result(), ENDED)


async def test_an_outcome_may_be_there_before_the_start_is_told(world, starting, outcome):
    outcome.set_result(ENDED)
    starting.set_result(Started("exe_1", future=outcome))
    assert await (await waited(world, starting)) == (starting.result(), ENDED)


async def test_what_the_start_raises_is_raised(world, starting):
    task = await waited(world, starting)
    starting.set_exception(WrongState("it is not published"))
    with pytest.raises(WrongState):
        await task


async def test_without_an_outcome_in_time_there_is_none(world, starting, outcome):
    starting.set_result(Started("exe_1", future=outcome))
    assert await outcome_of_start(world, starting, "rest", 0.0) == (starting.result(), None)


async def test_who_is_gone_before_a_thread_takes_the_start_starts_nothing(world, starting):
    task = await waited(world, starting)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert starting.cancelled()
