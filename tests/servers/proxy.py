"""A small HTTP proxy: forwards plain requests and tunnels CONNECT, to where a table says."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Mapping
from http.client import parse_headers
from typing import BinaryIO
from urllib.parse import urlsplit

from tests.servers.base import Listener


class ProxyServer(Listener):
    """``asked`` holds the ``host:port`` of every request; ``hosts`` stands for its name service."""

    def __init__(self, hosts: Mapping[str, str] | None = None, credentials: str = "") -> None:
        super().__init__(self._converse)
        self.url = f"http://127.0.0.1:{self.port}"
        self.asked: list[str] = []
        self._hosts = dict(hosts or {})
        self._credentials = credentials

    def _converse(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as reader:
            line = reader.readline(65536).decode("latin-1").split()
            if len(line) != 3:
                return
            headers = parse_headers(reader)
            expected = "Basic " + base64.b64encode(self._credentials.encode()).decode()
            if self._credentials and headers.get("Proxy-Authorization") != expected:
                connection.sendall(b"HTTP/1.1 407 Who Are You\r\nContent-Length: 0\r\n\r\n")
                return
            if line[0] == "CONNECT":
                self._tunnel(connection, line[1])
            else:
                self._forward(connection, reader, line, headers.items(), headers.get("Content-Length"))

    def _dial(self, asked: str) -> socket.socket:
        self.asked.append(asked)
        host, _, port = asked.rpartition(":")
        return socket.create_connection((self._hosts.get(host, host), int(port)), timeout=5)

    def _tunnel(self, client: socket.socket, asked: str) -> None:
        with self._dial(asked) as server:
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join(5)

    def _forward(
        self, client: socket.socket, reader: BinaryIO, line: list[str], headers: object, length: str | None
    ) -> None:
        parts = urlsplit(line[1])
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        kept = [f"{name}: {value}" for name, value in headers if not name.lower().startswith("proxy-")]  # type: ignore[attr-defined]
        head = "\r\n".join([f"{line[0]} {target} HTTP/1.1", *kept, "Connection: close"]) + "\r\n\r\n"
        with self._dial(f"{parts.hostname}:{parts.port or 80}") as server:
            server.sendall(head.encode("latin-1") + reader.read(int(length or 0)))
            _pump(server, client)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Copy until the end, then pass the end on."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
