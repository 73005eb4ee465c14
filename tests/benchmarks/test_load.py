"""The load counts every answer once, and every error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.client import request_bytes
from benchmarks.load import drive
from benchmarks.peers.environments import PEERS
from benchmarks.peers.rounds import Tally


class _Server:
    """Answers with a status, or hangs up, and counts requests."""

    def __init__(self, status: bytes) -> None:
        self.status, self.requests = status, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                self.requests += 1
                if not self.status:
                    break
                writer.write(b"HTTP/1.1 " + self.status + b"\r\nContent-Length: 2\r\n\r\nok")
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def _listening(status: bytes) -> AsyncIterator[tuple[_Server, int]]:
    counted = _Server(status)
    server = await asyncio.start_server(counted.serve, "127.0.0.1", 0)
    async with server:
        yield counted, server.sockets[0].getsockname()[1]


async def test_every_answer_is_counted_and_no_request_is_left_open() -> None:
    async with _listening(b"200 OK") as (server, port):
        found = await drive(port, [request_bytes("GET", "/", port)], clients=4, seconds=0.05)
    assert found["answers"] == server.requests >= 4
    assert found["errors"] == {}


async def test_an_answer_that_is_no_2xx_is_an_error() -> None:
    async with _listening(b"503 Service Unavailable") as (server, port):
        found = await drive(port, [request_bytes("GET", "/", port)], clients=2, seconds=0.02)
    assert found["answers"] == 0
    assert found["errors"] == {"status 503": server.requests}


async def test_a_connection_that_goes_away_is_an_error() -> None:
    async with _listening(b"") as (_, port):
        found = await drive(port, [request_bytes("GET", "/", port)], clients=3, seconds=0.02)
    assert found["errors"] == {"connection lost": 3}


def test_ratios_compare_within_each_round() -> None:
    ours = Tally(PEERS["qflow"], rounds=[[10.0], [20.0], [10.0]])
    theirs = Tally(PEERS["dbos"], rounds=[[40.0], [80.0], [40.0]])
    assert theirs.ratio(ours) == 4.0
    assert theirs.as_json(ours)["ratio_to_qflow"] == 4.0
