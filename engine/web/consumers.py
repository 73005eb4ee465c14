"""The WebSocket doors: live executions, measures and the events of a subnet, as CloudEvents in JSON."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from engine.base.errors import (
    PermissionDenied,
    QflowError,
    ResourceExhausted,
    Unauthenticated,
    UnknownObject,
)
from engine.base.limits import STREAM_BACKLOG_MAX
from engine.dispatch.channels_notifier import LiveEvent, group_name
from engine.journal.cloudevents import TYPES, to_cloudevent
from engine.ports.access_store import Principal
from engine.ports.journal_store import Header
from engine.usecases.inspect_execution import get_execution
from engine.usecases.permission import require
from engine.usecases.world import World
from engine.web.access import bearer, principal_of
from engine.web.deps import get_world
from engine.web.jsontext import write_json
from engine.web.pool import pool
from engine.web.system import metrics_event

log = logging.getLogger(__name__)


PAGE = 500
"""Journal entries read at once."""

NORMAL = 1000
BAD_REQUEST, UNAUTHENTICATED, FORBIDDEN, UNKNOWN = 4400, 4401, 4403, 4404
TOO_SLOW, TOO_MANY, INTERNAL = 4008, 4029, 1011
"""Close codes; those from 4000 on are ours."""

_CODES: tuple[tuple[type[QflowError], int], ...] = (
    (Unauthenticated, UNAUTHENTICATED),
    (PermissionDenied, FORBIDDEN),
    (UnknownObject, UNKNOWN),
    (ResourceExhausted, TOO_MANY),
)

_LAST = frozenset(TYPES[name] for name in ("execution.completed", "execution.failed", "execution.aborted"))

Event = dict[str, Any]


class Stream(AsyncWebsocketConsumer):
    """A connection that only tells. Subclasses say who may listen, to which group, and what is told.

    Events arrive through :meth:`facts` and wait in a bounded backlog; one task sends them. A reader
    for whom more than :data:`STREAM_BACKLOG_MAX` events wait is disconnected with :data:`TOO_SLOW`.
    """

    group: str | None = None
    _telling: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accept, find out who it is, listen, and begin to tell."""
        await self.accept(self.subprotocol())
        self.world = get_world()
        self.backlog: asyncio.Queue[Event] = asyncio.Queue(STREAM_BACKLOG_MAX)
        try:
            await self.enter(self.world, await self.caller())
        except QflowError as error:
            await self._refuse(error)
            return
        self._telling = asyncio.create_task(self._tell())

    def subprotocol(self) -> str | None:
        """The subprotocol to agree on."""
        return _token_of(self.scope)[1]

    async def caller(self) -> Principal:
        """Whom the token stands for."""
        address = str((self.scope.get("client") or ["unknown"])[0])
        return await principal_of(self.world, _token_of(self.scope)[0], address)

    async def _refuse(self, error: QflowError) -> None:
        code = next((code for kind, code in _CODES if isinstance(error, kind)), None)
        if code is None:
            log.error("a WebSocket was refused", exc_info=error)
        await self.close(code or INTERNAL, None if code is None else error.message[:120])

    async def enter(self, world: World, principal: Principal) -> None:
        """Check the right to listen and join the group; raises what the caller did wrong."""
        raise NotImplementedError

    def events(self) -> AsyncIterator[Event]:
        """What to tell, in order; the end of it ends the connection."""
        raise NotImplementedError

    async def join(self, kind: str, name: str) -> None:
        """Listen to an execution or a subnet."""
        bind = getattr(self.world.notifier, "bind", None)
        if bind is not None:
            bind(asyncio.get_running_loop())
        self.group = group_name(kind, name)
        await self.channel_layer.group_add(self.group, self.channel_name)

    async def facts(self, message: Mapping[str, Any]) -> None:
        """Facts were committed; called by the channel layer."""
        try:
            for event in message["events"]:
                self.backlog.put_nowait(event)
        except asyncio.QueueFull:
            await self._leave()
            self._stop_telling()
            await self.close(TOO_SLOW, "too slow a reader; connect again with ?after=N")

    async def _tell(self) -> None:
        try:
            async for event in self.events():
                await self.send(text_data=_text_of(event))
            await self.close(NORMAL)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("a WebSocket stream failed")
            with suppress(Exception):
                await self.close(INTERNAL)

    def _stop_telling(self) -> None:
        if self._telling is not None:
            self._telling.cancel()

    async def _leave(self) -> None:
        if self.group is not None:
            await self.channel_layer.group_discard(self.group, self.channel_name)
            self.group = None

    async def websocket_disconnect(self, message: Mapping[str, Any]) -> None:
        """The client is gone: stop, and leave the group."""
        self._stop_telling()
        await self._leave()
        raise StopConsumer


class ExecutionStream(Stream):
    """``/ws/executions/ID?after=N``: first the journal after entry N, then what happens; no gap, no
    double. It ends when the execution has ended."""

    silence_s = 10.0  # the live channel may lose something: look into the journal after this

    async def enter(self, world: World, principal: Principal) -> None:
        """Join before anything is read, so that nothing is missed in between."""
        execution = self.scope["url_route"]["kwargs"]["execution"]
        self.header: Header = await pool().run(get_execution, world, principal, execution)
        self.sent = _after(self.scope)
        await self.join("execution", execution)

    async def events(self) -> AsyncIterator[Event]:
        """The journal, then the backlog; after a hole or a silence in it the journal again."""
        while True:
            async for event in self._journal():
                yield event
            if await pool().run(self._over):
                return
            async for event in self._live():
                yield event

    async def _live(self) -> AsyncIterator[Event]:
        """The backlog, until something is missing, nothing comes any more, or the execution ends."""
        while True:
            try:
                event = await asyncio.wait_for(self.backlog.get(), self.silence_s)
            except TimeoutError:
                return
            sequence = event["data"]["sequence"]
            if sequence > self.sent + 1:
                return
            if sequence > self.sent:
                self.sent = sequence
                yield event
                if event["type"] in _LAST:
                    return

    async def _journal(self) -> AsyncIterator[Event]:
        while True:
            page = await pool().run(self._page, self.sent)
            for event in page:
                self.sent = event["data"]["sequence"]
                yield event
            if len(page) < PAGE:
                return

    def _over(self) -> bool:
        try:
            header = self.world.journal.header(self.header.id)
        except UnknownObject:  # its retention is over
            return True
        return header.status.ended and self.sent >= header.sequence

    def _page(self, after: int) -> list[Event]:
        try:
            header = self.world.journal.header(self.header.id)
        except UnknownObject:
            return []
        entries = self.world.journal.entries(self.header.id, after, PAGE)
        return [to_cloudevent(header, entry.sequence, entry.fact) for entry in entries]


class SubnetStream(Stream):
    """``/ws/dao/ID/events``: everything that happens in a subnet from now on; its own tokens only."""

    async def enter(self, world: World, principal: Principal) -> None:
        """Only a token of the subnet may listen."""
        subnet = self.scope["url_route"]["kwargs"]["subnet"]
        await pool().run(require, world, principal, "executions:read")
        if principal.subnet != subnet:
            raise PermissionDenied(f"this token is not one of subnet {subnet!r}")
        await self.join("subnet", subnet)

    async def events(self) -> AsyncIterator[Event]:
        """The backlog, for ever."""
        while True:
            yield await self.backlog.get()


class MetricsStream(Stream):
    """``/ws/system/metrics``: the node's measures, once a second."""

    every_s = 1.0

    async def enter(self, world: World, principal: Principal) -> None:
        """Measures are of the whole node, so they need their own scope."""
        await pool().run(require, world, principal, "system:read")

    async def events(self) -> AsyncIterator[Event]:
        """A snapshot, then another one each second."""
        while True:
            yield await pool().run(metrics_event, self.world)
            await asyncio.sleep(self.every_s)


class NoStream(AsyncWebsocketConsumer):
    """Any other path: tells that there is nothing, instead of breaking the handshake."""

    async def connect(self) -> None:
        """Accept, so that the close code reaches the client."""
        await self.accept()
        await self.close(UNKNOWN, "no such stream")


def _text_of(event: Event) -> str:
    """An event as JSON, written once for all who are told the same one."""
    if not isinstance(event, LiveEvent):
        return write_json(event).decode()
    if not hasattr(event, "text"):
        event.text = write_json(event).decode()
    return event.text


def _token_of(scope: Mapping[str, Any]) -> tuple[str, str | None]:
    """The token from header, query or subprotocol, and the subprotocol to agree on."""
    offered = list(scope.get("subprotocols") or ())
    named = next((name for name in offered if name.startswith("bearer.")), None)
    others = [name for name in offered if not name.startswith("bearer.")]
    subprotocol = others[0] if others else named
    for name, value in scope["headers"]:
        if name.lower() == b"authorization":
            return bearer(value.decode("latin-1")), subprotocol
    given = _query(scope).get("token")
    return (given or (named or "").removeprefix("bearer.")), subprotocol


def _query(scope: Mapping[str, Any]) -> dict[str, str]:
    text = bytes(scope.get("query_string", b"")).decode("utf-8", "replace")
    return {name: values[-1] for name, values in parse_qs(text, max_num_fields=50).items()}


def _after(scope: Mapping[str, Any]) -> int:
    text = _query(scope).get("after", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
