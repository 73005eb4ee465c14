"""A real HTTP server that counts what arrives, and tells a hook about it."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class CountingServer:
    """Answers every request with ``{"n": count}``; keeps idempotency keys by path.

    ``before(n)`` and ``after(n)`` are called with the number of the request, before it is counted
    and after it was answered. Every answer takes ``slow_s`` seconds.
    """

    def __init__(self, port: int = 0) -> None:
        self.keys: dict[str, Counter[str]] = {}
        self.total = 0
        self.slow_s = 0.0
        self.arrivals: list[float] = []  # by the monotonic clock
        self.before: Callable[[int], None] = lambda n: None
        self.after: Callable[[int], None] = lambda n: None
        self._changed = threading.Condition()
        self._connections: set[socket.socket] = set()
        counting = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                counting._connections.add(self.connection)

            def do_POST(self) -> None:
                counting._answer(self)

            do_GET = do_PUT = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("Content-Length") or 0)
        request.rfile.read(length)
        with self._changed:
            self.total += 1
            number = self.total
            self.arrivals.append(time.monotonic())
            self._changed.notify_all()
        time.sleep(self.slow_s)  # the other side needs its time
        self.before(number)
        key = request.headers.get("Idempotency-Key", "")
        with self._changed:
            self.keys.setdefault(request.path, Counter())[key] += 1
            self._changed.notify_all()
        body = json.dumps({"n": number}).encode()
        try:
            request.send_response(200)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
            request.wfile.flush()
        except OSError:
            return  # the caller was killed while it waited
        self.after(number)

    def wait_for(self, total: int, timeout_s: float = 30) -> bool:
        """Wait until so many requests have arrived."""
        with self._changed:
            return self._changed.wait_for(lambda: self.total >= total, timeout_s)

    def close(self) -> None:
        """Stop listening, and hang up on callers that kept their connection."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
