"""WebSocket connections that must not grow without bound: what they send waits for the reader."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from engine.base.limits import STREAM_MESSAGE_BYTES_MAX
from engine.web.messages import Application, Receive, Scope, Send


class _Gate:
    """A push producer for Twisted's transport: closed while the transport's buffer is full."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()

    def pauseProducing(self) -> None:
        """The reader is behind."""
        self.open.clear()

    def resumeProducing(self) -> None:
        """The reader caught up."""
        self.open.set()

    def stopProducing(self) -> None:
        """The connection is gone; whoever waits may go on and find that out."""
        self.open.set()


class PatientSockets:
    """Wraps an application so that its ``send`` waits until the server's buffer has room.

    Daphne accepts whatever is sent and buffers it; other servers wait by themselves. Daphne's
    protocol object stands in its ``send``.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        protocol: Any = next(iter(getattr(send, "args", ())), None)
        transport = getattr(protocol, "transport", None)
        if transport is None or not hasattr(transport, "registerProducer"):
            await self._application(scope, receive, send)
            return
        protocol.maxMessagePayloadSize = protocol.maxFramePayloadSize = STREAM_MESSAGE_BYTES_MAX
        gate = _Gate()
        transport.unregisterProducer()  # the HTTP channel that this connection was upgraded from
        transport.registerProducer(gate, True)

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] != "websocket.close":  # whoever does not read is closed all the same
                await gate.open.wait()
            await send(message)

        await self._application(scope, receive, sending)
