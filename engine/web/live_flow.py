"""Who has a flow open: ``/live/flows/ID`` tells the pages of a flow of each other, of saves and of comments.

Nobody keeps a list of who is there. Whoever comes in is met by the others, everybody tells again every
``again_s`` seconds, and whoever leaves says so; who has not been heard of for long is gone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

from engine.base.errors import InvalidInput
from engine.base.limits import STEP_ID_CHARACTERS_MAX
from engine.ports.access_store import Principal
from engine.ports.notifier import flow_place
from engine.usecases.permission import require
from engine.usecases.world import World
from engine.web.consumers import BAD_REQUEST, Event
from engine.web.live import Live
from engine.web.pool import pool

ENTERED = "q.qflow.flow.entered.v1"
"""To the page itself: the name that its connection has among the others."""

PRESENT, ABSENT = "q.qflow.flow.present.v1", "q.qflow.flow.absent.v1"
_TOLD = frozenset({PRESENT, ABSENT, "q.qflow.flow.saved.v1", "q.qflow.flow.commented.v1"})


class LiveFlow(Live):
    """``/live/flows/ID``. The page says which step it looks at: ``{"step": "greet"}``, or null for none."""

    again_s = 30.0
    pause_s = 0.1
    step: str | None = None
    _again: asyncio.Task[None] | None = None
    _saying: asyncio.Task[None] | None = None

    async def enter(self, world: World, principal: Principal) -> None:
        """Whoever may see the flow."""
        self.flow = self.scope["url_route"]["kwargs"]["flow"]
        await pool().run(self._admit, principal)
        self.person, self.connection = principal, world.new_id("tab")
        await self.join(*flow_place(principal.subnet, self.flow))
        self.place = self.group
        await self._tell_all({"type": "met", "channel": self.channel_name})
        await self._say()
        self._again = asyncio.create_task(self._say_again())

    def _admit(self, principal: Principal) -> None:
        require(self.world, principal, "flows:read", f"flows/{self.flow}")
        self.world.flows.record(principal.subnet, self.flow)

    async def still(self, principal: Principal) -> bool:
        """Also rights to this flow alone may end, and the flow."""
        await pool().run(self._admit, principal)
        return await super().still(principal)

    async def events(self) -> AsyncIterator[Event]:
        """The connection's own name, then what the others do, for ever."""
        yield self._event(ENTERED)
        while True:
            yield await self.backlog.get()

    async def facts(self, message: Mapping[str, Any]) -> None:
        """Keep what is about the flow and comes from others."""
        told = [event for event in message["events"] if event["type"] in _TOLD]
        others = [event for event in told if event["data"].get("connection") != self.connection]
        if others:
            await super().facts({**message, "events": others})

    async def met(self, message: Mapping[str, Any]) -> None:
        """Somebody came in, and does not know yet who is here; called by the channel layer."""
        if message["channel"] != self.channel_name:
            here = {"type": "facts", "events": [self._present()]}
            await self.channel_layer.send(message["channel"], here)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The page says which step it looks at."""
        try:
            self.step = step_of(text_data)
        except InvalidInput as error:
            await self.close(BAD_REQUEST, error.message)
            return
        if self._saying is None or self._saying.done():
            self._saying = asyncio.create_task(self._say_soon())

    async def websocket_disconnect(self, message: Mapping[str, Any]) -> None:
        """The page is gone."""
        for task in (self._again, self._saying):
            if task is not None:
                task.cancel()
        if self._again is not None:
            await self._tell_all({"type": "facts", "events": [self._event(ABSENT)]})
        await super().websocket_disconnect(message)

    async def _say_soon(self) -> None:
        """However often somebody chooses, the others hear of the newest choice ten times a second at most."""
        await asyncio.sleep(self.pause_s)
        await self._say()

    async def _say_again(self) -> None:
        while True:
            await asyncio.sleep(self.again_s)
            await self._say()

    async def _say(self) -> None:
        await self._tell_all({"type": "facts", "events": [self._present()]})

    async def _tell_all(self, message: Mapping[str, Any]) -> None:
        with suppress(Exception):  # best effort, as everything live
            await self.channel_layer.group_send(self.place, dict(message))

    def _present(self) -> Event:
        return self._event(PRESENT, person=self.person.id, name=self.person.name, step=self.step)

    def _event(self, type: str, **data: Any) -> Event:
        here = {"flowId": self.flow, "connection": self.connection}
        return {"specversion": "1.0", "type": type, "data": {**here, **data}}


def step_of(text: str | None) -> str | None:
    """The step that a page's message names; raises :class:`InvalidInput`."""
    try:
        said = json.loads(text or "")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or set(said) != {"step"}:
        raise InvalidInput('say {"step": ID}, or {"step": null}')
    step = said["step"]
    if step is not None and not (isinstance(step, str) and 0 < len(step) <= STEP_ID_CHARACTERS_MAX):
        raise InvalidInput("a step is named by its id")
    return step
