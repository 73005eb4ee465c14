"""A small HTTP/1.1 client on one kept-alive loopback connection; it costs less than what it measures."""

from __future__ import annotations

import json
import socket
from types import TracebackType
from typing import Any

TIMEOUT_S = 30.0


class Refused(RuntimeError):
    """The server answered with another status than the wanted one."""


def request_bytes(
    method: str, path: str, port: int, body: bytes = b"", headers: dict[str, str] | None = None
) -> bytes:
    """A whole request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Parser:
    """Takes bytes of responses and gives each one that is complete."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> tuple[int, bytes] | None:
        """Status and body of a response once all of it is there, else None."""
        self._data += data
        end = self._data.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._data[:end]).decode("latin-1").split("\r\n")
        names = {
            name.strip().lower(): value.strip() for name, _, value in (x.partition(":") for x in head[1:])
        }
        status = int(head[0].split(" ", 2)[1])
        if names.get("transfer-encoding", "").lower() == "chunked":
            taken = _chunks(self._data, end + 4)
        else:
            size = int(names.get("content-length", "0"))
            done = len(self._data) >= end + 4 + size
            taken = (bytes(self._data[end + 4 : end + 4 + size]), end + 4 + size) if done else None
        if taken is None:
            return None
        body, used = taken
        del self._data[:used]
        return status, body


def _chunks(data: bytearray, at: int) -> tuple[bytes, int] | None:
    """The body of a chunked response and where it ends, or None while a part is missing."""
    body = bytearray()
    while True:
        line_end = data.find(b"\r\n", at)
        if line_end < 0:
            return None
        size = int(bytes(data[at:line_end]).split(b";")[0], 16)
        begin = line_end + 2
        if len(data) < begin + size + 2:
            return None
        body += data[begin : begin + size]
        at = begin + size + 2
        if size == 0:
            return bytes(body), at


class Connection:
    """One connection; requests are answered in turn."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port, self._parser = port, Parser()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> tuple[int, bytes]:
        """Send prepared bytes; gives status and body."""
        self._socket.sendall(request)
        while True:
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionError(f"the node on port {self._port} closed the connection")
            answer = self._parser.feed(data)
            if answer is not None:
                return answer

    def prepare(self, method: str, path: str, value: Any = None) -> bytes:
        """A request with a JSON body."""
        body = b"" if value is None else json.dumps(value).encode()
        return request_bytes(method, path, self._port, body, self._headers)

    def call(self, method: str, path: str, value: Any = None) -> Any:
        """Send JSON and give the JSON answer; raises :class:`Refused` unless it is a 2xx."""
        status, body = self.send(self.prepare(method, path, value))
        if not 200 <= status < 300:
            raise Refused(f"{method} {path}: {status} {body[:500].decode(errors='replace')}")
        return json.loads(body) if body else None

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
