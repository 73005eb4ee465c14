"""The live channel: facts as CloudEvents to groups of the Channels layer.

Groups: ``execution.ID`` for one execution, ``flow.SUBNET/ID`` for one flow, and ``subnet.ID`` for all of a
subnet, which is also told what guests used. Facts are handed to one sending thread with its own event loop,
so that a commit never waits for watchers.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from channels.layers import get_channel_layer

from engine.base.limits import LIVE_BATCHES_MAX
from engine.journal.cloudevents import guest_event, to_cloudevent
from engine.journal.facts import Fact
from engine.ports.journal_store import Header
from engine.ports.notifier import flow_place

log = logging.getLogger("qflow.notifier")

_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}")


def group_name(kind: str, name: str) -> str:
    """A valid group name (at most 99 of ``[A-Za-z0-9_.-]``); two names never share one."""
    if _PLAIN.fullmatch(name):
        return f"{kind}.{name}"
    return f"{kind}..{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"


class LiveEvent(dict[str, Any]):
    """An event that many are told, and nobody changes: the in-memory layer hands the same one to all of them
    instead of a copy to each, and ``text`` keeps it as JSON once one of them has written it."""

    __slots__ = ("text",)
    text: str

    def __deepcopy__(self, memo: dict[int, Any]) -> LiveEvent:
        return self


class ChannelsNotifier:
    """Implements :class:`engine.ports.notifier.Notifier`.

    The in-memory layer belongs to one event loop: where the node serves the browser itself,
    ``bind`` gives that loop. Without one, and with a Redis layer, it keeps a loop of its own.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting = 0
        self._lock = threading.Lock()

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send on this loop from now on."""
        self._loop = loop

    def watched(self, subnet: str, execution: str) -> bool:
        """Whether somebody may be listening; only the in-memory layer knows."""
        heard = getattr(get_channel_layer(), "groups", None)
        names = (group_name("execution", execution), group_name("subnet", subnet))
        return heard is None or any(heard.get(name) for name in names)

    def committed(self, header: Header, first_sequence: int, facts: Sequence[Fact]) -> None:
        """Send facts to whoever watches the execution or its subnet."""
        subnet = group_name("subnet", header.subnet)
        groups = [group_name("execution", header.id), subnet]
        layer = get_channel_layer()
        if layer is None:
            return
        heard = getattr(layer, "groups", None)  # the in-memory layer knows its listeners
        if heard is not None:
            groups = [group for group in groups if heard.get(group)]
        if not groups:
            return
        numbered = list(enumerate(facts, first_sequence))
        events = [LiveEvent(to_cloudevent(header, sequence, fact)) for sequence, fact in numbered]
        self._send(layer, groups, {"type": "facts", "events": events})
        if subnet in groups:
            told = [guest_event(header, sequence, fact) for sequence, fact in numbered]
            if guests := [LiveEvent(event) for event in told if event is not None]:
                self._send(layer, [subnet], {"type": "facts", "events": guests})

    def event(self, subnet: str, type: str, data: Mapping[str, Any]) -> None:
        """Send something that is no fact of an execution; what names a flow is told to its watchers, too."""
        layer = get_channel_layer()
        if layer is None:
            return
        groups = [group_name("subnet", subnet)]
        if "flowId" in data:
            groups.append(group_name(*flow_place(subnet, str(data["flowId"]))))
        message = {"type": "facts", "events": [LiveEvent(specversion="1.0", type=type, data=dict(data))]}
        self._send(layer, groups, message)

    def _send(self, layer: Any, groups: Sequence[str], message: Mapping[str, Any]) -> None:
        with self._lock:
            if self._waiting >= LIVE_BATCHES_MAX:
                return
            self._waiting += 1
        try:
            asyncio.run_coroutine_threadsafe(self._deliver(layer, groups, message), self._own_loop())
        except RuntimeError:  # the loop is closing with the node
            with self._lock:
                self._waiting -= 1

    async def _deliver(self, layer: Any, groups: Sequence[str], message: Mapping[str, Any]) -> None:
        try:
            for group in groups:
                await layer.group_send(group, message)
        except Exception as error:
            log.warning("watchers could not be told: %s", error)
        finally:
            with self._lock:
                self._waiting -= 1

    def _own_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="qflow-live", daemon=True).start()
            return self._loop
