"""A loopback HTTP server that takes its time for every answer, and counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Slow:
    """The server's address and the idempotency keys that arrived."""

    url: str
    keys: list[str] = field(default_factory=list)


@contextmanager
def slow_server(delay_s: float) -> Iterator[Slow]:
    """Serve for the length of a ``with`` block."""
    slow = Slow("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else its body waits until the caller has acknowledged its head

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            slow.keys.append(self.headers.get("Idempotency-Key") or "")
            time.sleep(delay_s)
            body = b'{"ok":true}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, request: object, client_address: object) -> None:
            """A node that is killed leaves broken connections; that is the point."""

    server = Server(("127.0.0.1", 0), Handler)
    slow.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield slow
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
