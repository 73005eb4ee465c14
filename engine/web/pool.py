"""The engine's own threads: use-cases block, so asynchronous doors run them here."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from django.db import connections

from engine.base.errors import NodeFailure
from engine.base.limits import CALLS_WAITING_MAX, PATIENT_CALLS_WAITING_MAX, TEST_RUNS_MAX

THREADS = 8

PATIENT_THREADS = 2 * TEST_RUNS_MAX
"""For calls that take seconds, such as tests of flows: the others need not wait for them, and no subnet
alone can take them all."""

T = TypeVar("T")


class EnginePool:
    """A fixed pool. Its threads live as long as the process and keep their database connection.

    Django would make a thread and a connection per request, which costs more than a light step.
    """

    def __init__(self, threads: int = THREADS, waiting_max: int = CALLS_WAITING_MAX) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="qflow-web")
        self._waiting_max = threads + waiting_max
        self._under_way = 0
        self._lock = threading.Lock()

    async def run(self, function: Callable[..., T], *args: Any, **options: Any) -> T:
        """Call a blocking function on a thread of the pool.

        Raises :class:`NodeFailure` (503) where too many calls wait already.
        """
        return await asyncio.wrap_future(self.begin(function, *args, **options))

    def begin(self, function: Callable[..., T], *args: Any, **options: Any) -> Future[T]:
        """The same without waiting for it."""
        self._enter()
        context = copy_context()
        try:
            future = self._executor.submit(context.run, _call, function, args, options)
        except RuntimeError as error:
            self._leave(None)
            raise NodeFailure("the node is stopping; try again in a moment") from error
        future.add_done_callback(self._leave)  # also where it is cancelled before a thread takes it
        return future

    def _enter(self) -> None:
        with self._lock:
            if self._under_way >= self._waiting_max:
                raise NodeFailure("the node is overloaded; try again in a moment")
            self._under_way += 1

    def _leave(self, _: object) -> None:
        with self._lock:
            self._under_way -= 1

    def close(self) -> None:
        """Take no more calls."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def _call(function: Callable[..., T], args: Any, options: Any) -> T:
    try:
        return function(*args, **options)
    finally:
        _drop_broken_connections()


def _drop_broken_connections() -> None:
    """A connection that failed is checked, and closed if it is dead; the next call opens a new one."""
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()


_pool: EnginePool | None = None
_patient_pool: EnginePool | None = None
_making = threading.Lock()


def pool() -> EnginePool:
    """The pool of this process, made on first use."""
    global _pool
    with _making:
        if _pool is None:
            _pool = EnginePool()
        return _pool


def patient_pool() -> EnginePool:
    """The pool for calls that take long, made on first use."""
    global _patient_pool
    with _making:
        if _patient_pool is None:
            _patient_pool = EnginePool(PATIENT_THREADS, PATIENT_CALLS_WAITING_MAX)
        return _patient_pool
