"""A server that speaks as much of HashiCorp Vault's API as reading KV version 2 takes."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.servers.base import HandlerServer

TOKEN = "hvs.token-of-the-test"


class VaultServer(HandlerServer):
    """On a free loopback port. ``secrets`` maps ``mount/path`` to fields; None is a deleted version."""

    def __init__(self, secrets: dict[str, dict[str, Any] | None]) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.secrets, self.asked = secrets, list[str]()
        self.status = 0
        super().__init__(Handler)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Serve one request: ``GET /v1/MOUNT/data/PATH``."""
        self.asked.append(handler.path)
        mount, _, path = handler.path.removeprefix("/v1/").partition("/data/")
        if handler.headers.get("X-Vault-Token") != TOKEN:
            return _reply(handler, 403, {"errors": ["permission denied"]})
        if self.status:
            return _reply(handler, self.status, {"errors": []})
        name = f"{mount}/{path}"
        if self.secrets.get(name) is None:
            gone = (
                {"data": {"data": None, "metadata": {"destroyed": False}}}
                if name in self.secrets
                else {"errors": []}
            )
            return _reply(handler, 404, gone)
        return _reply(handler, 200, {"data": {"data": self.secrets[name], "metadata": {"version": 1}}})


def _reply(handler: BaseHTTPRequestHandler, status: int, value: Any) -> None:
    body = json.dumps(value).encode()
    handler.send_response(status)
    if status == 307:
        handler.send_header("Location", "http://127.0.0.1:1/elsewhere")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
