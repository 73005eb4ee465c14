"""PatientSockets: what is sent waits while the server's buffer is full."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from engine.base.limits import STREAM_MESSAGE_BYTES_MAX
from engine.web.sockets import PatientSockets


class Transport:
    """Remembers its producer, as Twisted's transports do."""

    def __init__(self) -> None:
        self.producer: Any = "the HTTP channel"

    def unregisterProducer(self) -> None:
        self.producer = None

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        assert self.producer is None
        assert streaming
        self.producer = producer


class Protocol:
    """What Daphne hands to an application inside its ``send``."""

    def __init__(self) -> None:
        self.transport = Transport()
        self.sent: list[Any] = []
        self.maxMessagePayloadSize = self.maxFramePayloadSize = 0

    async def handle(self, protocol: Protocol, message: Any) -> None:
        self.sent.append(message["n"] if "n" in message else message["type"])


async def nothing() -> Any:
    return {"type": "websocket.disconnect"}


async def test_sending_waits_until_the_buffer_has_room():
    protocol = Protocol()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        for number in range(3):
            await send({"type": "websocket.send", "n": number})
            if number == 0:
                protocol.transport.producer.pauseProducing()

    running = asyncio.create_task(
        PatientSockets(application)({}, nothing, partial(protocol.handle, protocol))
    )
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert protocol.sent == [0]
    protocol.transport.producer.resumeProducing()
    await asyncio.wait_for(running, 5)
    assert protocol.sent == [0, 1, 2]


async def test_a_close_does_not_wait_for_a_reader_who_does_not_read():
    protocol = Protocol()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        protocol.transport.producer.pauseProducing()
        await send({"type": "websocket.close"})

    await PatientSockets(application)({}, nothing, partial(protocol.handle, protocol))
    assert protocol.sent == ["websocket.close"]


async def test_whoever_waits_goes_on_when_the_connection_is_gone():
    protocol = Protocol()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        protocol.transport.producer.pauseProducing()
        asyncio.get_running_loop().call_soon(protocol.transport.producer.stopProducing)
        await send({"type": "websocket.send", "n": 1})

    await asyncio.wait_for(PatientSockets(application)({}, nothing, partial(protocol.handle, protocol)), 5)


async def test_what_a_client_sends_is_bounded():
    protocol = Protocol()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        pass

    await PatientSockets(application)({}, nothing, partial(protocol.handle, protocol))
    assert protocol.maxMessagePayloadSize == protocol.maxFramePayloadSize == STREAM_MESSAGE_BYTES_MAX


async def test_another_server_is_left_alone():
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def application(scope: Any, receive: Any, given: Any) -> None:
        assert given is send
        await given({"type": "websocket.close"})

    await PatientSockets(application)({}, nothing, send)
    assert sent
