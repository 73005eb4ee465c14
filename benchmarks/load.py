"""``python -m benchmarks.load``: many clients on kept-alive connections, in a process of their own.

Each client sends its next request when it has the answer to the last one. When the time is over,
answers still due are waited for, so that every request counts. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
import time
from dataclasses import dataclass, field
from functools import partial

from benchmarks.client import Parser, request_bytes
from benchmarks.stats import percentile

DRAIN_S = 30.0


@dataclass
class Tally:
    """What the clients saw; times in milliseconds."""

    until: float
    times: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)

    def error(self, kind: str) -> None:
        """Count an error of a kind."""
        self.errors[kind] = self.errors.get(kind, 0) + 1


class Client(asyncio.Protocol):
    """One client."""

    def __init__(self, request: bytes, tally: Tally) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request, self._tally, self._parser = request, tally, Parser()
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.Transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Count an answer and send the next request."""
        answer = self._parser.feed(data)
        if answer is None:
            return
        now = time.perf_counter()
        if 200 <= answer[0] < 300:
            self._tally.times.append((now - self._sent) * 1000)
        else:
            self._tally.error(f"status {answer[0]}")
        if now < self._tally.until:
            self._send()
        else:
            self.done.set_result(None)
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """A connection that goes away in the middle is an error."""
        if not self.done.done():
            self._tally.error("connection lost")
            self.done.set_result(None)

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._request)


async def drive(port: int, requests: list[bytes], clients: int, seconds: float) -> dict[str, object]:
    """Load the server; gives answers, errors by kind, and seconds until the last answer."""
    loop = asyncio.get_running_loop()
    begin = time.perf_counter()
    tally = Tally(begin + seconds)
    made = []
    for number in range(clients):
        client = partial(Client, requests[number % len(requests)], tally)
        made.append((await loop.create_connection(client, "127.0.0.1", port))[1])
    _, late = await asyncio.wait([client.done for client in made], timeout=seconds + DRAIN_S)
    for _ in late:
        tally.error("no answer")
    spent = time.perf_counter() - begin
    summary: dict[str, object] = {"answers": len(tally.times), "errors": tally.errors, "seconds": spent}
    if tally.times:
        summary |= {"p50": percentile(tally.times, 0.5), "p99": percentile(tally.times, 0.99)}
    return summary


def main(argv: list[str]) -> int:
    """Drive the load and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.load")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True, action="append", help="clients share several in turn")
    parser.add_argument("--body", default="")
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0)
    args = parser.parse_args(argv)
    requests = [request_bytes("POST", path, args.port, args.body.encode()) for path in args.path]
    print(json.dumps(asyncio.run(drive(args.port, requests, args.clients, args.seconds))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
