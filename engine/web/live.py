"""Live events for the browser's pages: the streams of ``/ws``, for whoever a session stands for.

Who that is, and whether the page is one of this site, says the application that keeps the sessions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any

from engine.base.errors import QflowError, Unauthenticated
from engine.journal.cloudevents import TYPES
from engine.ports.access_store import Principal
from engine.usecases.permission import require
from engine.usecases.world import World
from engine.web.consumers import UNAUTHENTICATED, Event, ExecutionStream, MetricsStream, Stream
from engine.web.pool import pool

Who = Callable[[Mapping[str, Any]], Principal]
"""Whom the session of a connection stands for; blocks, and raises :class:`QflowError`."""


def nobody(scope: Mapping[str, Any]) -> Principal:
    """Where no sessions are kept."""
    raise Unauthenticated("this node keeps no sessions")


WHO = "qflow.who"
"""Where a connection's scope holds the :data:`Who` of the site."""

_DAO = "q.qflow.dao."
_LISTED = frozenset(type for name, type in TYPES.items() if name.startswith("execution."))


class Live(Stream):
    """A stream that ends with the session, or when what the person may do changes."""

    check_s = 10.0
    _checking: asyncio.Task[None] | None = None

    def subprotocol(self) -> str | None:
        """None: pages ask for none."""
        return None

    async def caller(self) -> Principal:
        """The person, who is asked for again and again."""
        principal: Principal = await pool().run(self.scope[WHO], self.scope)
        self._checking = asyncio.create_task(self._check(principal))
        return principal

    async def _check(self, principal: Principal) -> None:
        while True:
            await asyncio.sleep(self.check_s)
            try:
                if await self.still(principal):
                    continue
            except QflowError:
                pass
            self._stop_telling()
            with suppress(Exception):
                await self.close(UNAUTHENTICATED, "the session has ended, or allows something else now")
            return

    async def still(self, principal: Principal) -> bool:
        """Whether the session stands for the same person with the same rights; may raise instead."""
        now: Principal = await pool().run(self.scope[WHO], self.scope)
        return now == principal

    async def websocket_disconnect(self, message: Mapping[str, Any]) -> None:
        """The page is gone."""
        if self._checking is not None:
            self._checking.cancel()
        await super().websocket_disconnect(message)


class LiveExecution(Live, ExecutionStream):
    """``/live/executions/ID?after=N``: as ``/ws/executions/ID``."""


class LiveMetrics(Live, MetricsStream):
    """``/live/system/metrics``: as ``/ws/system/metrics``."""


class LiveLists(Live):
    """``/live/executions``: which executions of the person's subnet begin, wait, go on and end."""

    async def enter(self, world: World, principal: Principal) -> None:
        """Whoever may see the list."""
        await pool().run(require, world, principal, "executions:read")
        await self.join("subnet", principal.subnet)

    async def facts(self, message: Mapping[str, Any]) -> None:
        """Keep what a list shows, without contents."""
        listed = [_short(event) for event in message["events"] if event["type"] in _LISTED]
        if listed:
            await super().facts({**message, "events": listed})

    async def events(self) -> AsyncIterator[Event]:
        """The backlog, for ever."""
        while True:
            yield await self.backlog.get()


class LiveDao(Live):
    """``/live/dao``: what happens in the DAO of the person's subnet; votes without their choices."""

    async def enter(self, world: World, principal: Principal) -> None:
        """Whoever may see the DAO."""
        await pool().run(require, world, principal, "flows:read", "dao")
        await self.join("subnet", principal.subnet)

    async def facts(self, message: Mapping[str, Any]) -> None:
        """Keep what is about the DAO."""
        told = [event for event in message["events"] if event["type"].startswith(_DAO)]
        if told:
            await super().facts({**message, "events": told})

    async def events(self) -> AsyncIterator[Event]:
        """The backlog, for ever."""
        while True:
            yield await self.backlog.get()


def _short(event: Event) -> Event:
    kept = ("executionId", "flowId", "sequence", "status")
    return {**event, "data": {name: event["data"][name] for name in kept}}
