"""The engine's own threads."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from engine.base.errors import NodeFailure
from engine.web.pool import EnginePool


@pytest.fixture
def pool() -> EnginePool:
    made = EnginePool(threads=2, waiting_max=2)
    yield made
    made.close()


async def test_a_call_runs_on_a_thread_of_the_pool_and_gives_its_result(pool):
    name = await pool.run(lambda a, b: (threading.current_thread().name, a + b), 1, b=2)
    assert name[0].startswith("qflow-web")
    assert name[1] == 3


async def test_the_same_few_threads_do_all_the_work(pool):
    names = {await pool.run(lambda: threading.current_thread().name) for _ in range(20)}
    assert len(names) <= 2


async def test_errors_come_back(pool):
    with pytest.raises(ZeroDivisionError):
        await pool.run(lambda: 1 / 0)


async def test_context_variables_are_seen(pool):
    variable = ContextVar("variable", default="")
    variable.set("here")
    assert await pool.run(variable.get) == "here"


async def test_too_many_waiting_calls_are_refused_and_room_comes_back(pool):
    go_on = threading.Event()
    held = [asyncio.create_task(pool.run(go_on.wait, 5)) for _ in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(NodeFailure, match="overloaded"):
        await pool.run(lambda: None)
    go_on.set()
    await asyncio.gather(*held)
    assert await pool.run(lambda: "ok") == "ok"


async def test_a_closed_pool_refuses(pool):
    pool.close()
    with pytest.raises(NodeFailure, match="stopping"):
        await pool.run(lambda: None)


async def test_a_broken_database_connection_is_dropped_after_the_call(pool, monkeypatch):
    from engine.web import pool as module

    class Connection:
        errors_occurred = True
        closed = False

        def close_if_unusable_or_obsolete(self) -> None:
            self.closed = True

    broken = Connection()

    class Connections:
        def all(self, initialized_only: bool) -> list[Connection]:
            return [broken]

    monkeypatch.setattr(module, "connections", Connections())
    await pool.run(lambda: None)
    assert broken.closed


async def test_a_call_that_is_cancelled_before_its_turn_leaves_its_place(pool):
    let_go = threading.Event()
    busy = [pool.begin(let_go.wait) for _ in range(2)]
    for _ in range(5):  # more than may wait
        waiting = asyncio.ensure_future(pool.run(lambda: None))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    let_go.set()
    for each in busy:
        await asyncio.wrap_future(each)
    assert await pool.run(lambda: "served") == "served"
