"""An authorisation server (RFC 6749) that agrees to everything, but is strict about how it is asked.

======================  =====================================================================================
path                    answers
======================  =====================================================================================
``/authorize``          sends the browser back with a code, its state and its issuer (RFC 9207)
``/token``              tokens for a code with the right verifier (RFC 7636), once; or for a refresh token
``/api``                JSON for a token that is in force, or 401
======================  =====================================================================================
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.servers.base import HandlerServer

CLIENT, SECRET = "qflow-test", "client secret of the test"


class AuthorisationServer(HandlerServer):
    """On a free loopback port. ``redirects`` are the addresses that the client registered; ``lie_about``
    replaces parameters of answers."""

    def __init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self, urlsplit(self.path), "")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                outer.answer(self, urlsplit(self.path), body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        super().__init__(Handler)
        self.redirects: set[str] = set()
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: list[str] = []
        self.refreshers: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.lie_about: dict[str, str] = {}

    def answer(self, handler: BaseHTTPRequestHandler, target: Any, body: str) -> None:
        """Serve one request."""
        fields = {name: one for name, (one, *_) in parse_qs(target.query or body).items()}
        if target.path == "/authorize":
            return self._authorize(handler, fields)
        if target.path == "/token":
            return self._token(handler, fields)
        token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        good = bool(self.tokens) and token == self.tokens[-1]
        return _reply(handler, 200 if good else 401, {"ok": good})

    def _authorize(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        wanted = ("client_id", "state", "code_challenge")
        right = asked.get("client_id") == CLIENT and asked.get("redirect_uri") in self.redirects
        if not right or asked.get("code_challenge_method") != "S256" or not all(map(asked.get, wanted)):
            return _reply(handler, 400, {"error": "invalid_request"})
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.url, **self.lie_about}
        handler.send_response(302)
        handler.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        handler.send_header("Content-Length", "0")
        return handler.end_headers()

    def _token(self, handler: BaseHTTPRequestHandler, fields: dict[str, str]) -> None:
        self.asked.append(fields)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if handler.headers.get("Authorization") != f"Basic {basic}":
            return _reply(handler, 401, {"error": "invalid_client"})
        if not (self._is_right_code(fields) or self._is_right_refresher(fields)):
            return _reply(handler, 400, {"error": "invalid_grant"})
        token, refresher = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.tokens.append(token)
        self.refreshers.add(refresher)
        told = {"access_token": token, "refresh_token": refresher, "token_type": "Bearer", "expires_in": 3600}
        return _reply(handler, 200, told)

    def _is_right_code(self, fields: dict[str, str]) -> bool:
        asked = self.codes.pop(fields.get("code", ""), None)
        if fields.get("grant_type") != "authorization_code" or asked is None:
            return False
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return proof == asked["code_challenge"] and fields.get("redirect_uri") == asked["redirect_uri"]

    def _is_right_refresher(self, fields: dict[str, str]) -> bool:
        told = fields.get("refresh_token", "")
        good = fields.get("grant_type") == "refresh_token" and told in self.refreshers
        self.refreshers.discard(told)
        return good


def _reply(handler: BaseHTTPRequestHandler, status: int, value: Any) -> None:
    body = json.dumps(value).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
