"""An HTTP/1.1 server whose paths misbehave in every way that a client must bear.

========================================  ============================================================
path                                      answers
========================================  ============================================================
``/echo``                                 method, path, query, headers and body of the request, as JSON
``/status/CODE?retryAfter=&body=``        this status
``/redirect?to=URL&status=302``           a redirect
``/redirects/N``                          N redirects, then ``/echo``
``/slow-head``                            never
``/drip``                                 a body of one byte a moment, without end
``/bytes/N?type=&name=``                  N bytes
``/endless``                              a body without end
``/gzip``, ``/deflate``, ``/raw-deflate``  JSON, compressed
``/bomb``                                 little that unpacks to 64 MiB
``/text?charset=``                        text
``/json?body=``                           this text as application/json
``/basic/USER/PASSWORD``                  the echo, or 401
``/digest/USER/PASSWORD``                 the echo, or 401 with a challenge
``/token``                                an access token (client ``id``, secret ``secret-of-id``)
``/bearer``                               the echo for a token that ``/token`` gave, or 401
``/set-cookie?name=&value=&to=``          a cookie and a redirect
``/pages?page=&size=``                    a page of numbers below ``total``
``/offset?offset=&limit=``                likewise, by offset
``/cursor?cursor=``                       likewise, by cursor, also in a JSON body
``/links?page=``                          likewise, with the next page in the Link header
``/hang-up``                              nothing: the connection is closed
``/count``                                the echo; ``counted`` maps idempotency keys to how often
========================================  ============================================================
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import socket
import ssl
import threading
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.client import parse_headers
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from tests.servers.base import Listener

BOMB_BYTES = 64 * 1024 * 1024
TEXT = "Grüße, Welt"


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: Message
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def query(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True).get(name, [default])[0]


@dataclass
class Reply:
    """What to answer; ``stream`` writes a body of its own."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    stream: Callable[[BinaryIO], None] | None = None


class HttpServer(Listener):
    """The server; ``seen`` holds every request, ``counted`` the idempotency keys of ``/count``."""

    def __init__(self, tls: ssl.SSLContext | None = None, total: int = 7) -> None:
        super().__init__(self._converse, tls)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.seen: list[Seen] = []
        self.counted: Counter[str] = Counter()
        self.total = total
        self.tokens: list[str] = []
        self.arrived = threading.Event()  # set by each request, before it is answered
        self.extra: dict[str, Callable[[Seen], Reply]] = {}  # further paths

    def at(self, path: str) -> str:
        """The address of a path."""
        return self.url + path

    def _converse(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as reader, connection.makefile("wb") as writer:
            while self._one(reader, writer):
                pass

    def _one(self, reader: BinaryIO, writer: BinaryIO) -> bool:
        line = reader.readline(65536).decode("latin-1").split()
        if len(line) != 3:
            return False
        headers = parse_headers(reader)
        body = reader.read(int(headers.get("Content-Length") or 0))
        request = Seen(line[0], line[1], headers, body)
        self.seen.append(request)
        self.arrived.set()
        reply = self._route(request)
        if reply is None:
            return False
        self._write(writer, request, reply)
        return reply.stream is None and headers.get("Connection", "").lower() != "close"

    def _write(self, writer: BinaryIO, request: Seen, reply: Reply) -> None:
        lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        if reply.stream is None and reply.status not in (204, 304):
            lines.append(f"Content-Length: {len(reply.body)}")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        if request.method != "HEAD":
            writer.write(reply.body)
        writer.flush()
        if reply.stream is not None:
            reply.stream(writer)

    def _route(self, request: Seen) -> Reply | None:
        if request.path in self.extra:
            return self.extra[request.path](request)
        name, *arguments = [unquote(part) for part in request.path.strip("/").split("/")]
        route = getattr(self, "_on_" + name.replace("-", "_"), None)
        reply = route(request, *arguments) if route else Reply(404, body=b"no such path")
        assert reply is None or isinstance(reply, Reply)
        return reply

    # plain answers --------------------------------------------------------------------------------
    def _on_echo(self, request: Seen, *_: str) -> Reply:
        query = parse_qs(urlsplit(request.target).query, keep_blank_values=True)
        return as_json(
            {
                "method": request.method,
                "path": request.path,
                "query": query,
                "headers": {name.lower(): value for name, value in request.headers.items()},
                "body": request.body.decode("latin-1"),
            }
        )

    def _on_count(self, request: Seen) -> Reply:
        self.counted[request.headers.get("Idempotency-Key", "")] += 1
        return self._on_echo(request)

    def _on_status(self, request: Seen, code: str) -> Reply:
        retry_after = request.query("retryAfter")
        headers = [("Retry-After", retry_after)] if retry_after else []
        return Reply(int(code), headers, request.query("body").encode())

    def _on_bytes(self, request: Seen, count: str) -> Reply:
        headers = [("Content-Type", request.query("type", "application/octet-stream"))]
        if request.query("name"):
            headers.append(("Content-Disposition", f"attachment; filename={request.query('name')}"))
        return Reply(200, headers, (b"\x00\x01\x02\x03" * (int(count) // 4 + 1))[: int(count)])

    def _on_text(self, request: Seen) -> Reply:
        charset = request.query("charset", "utf-8")
        return Reply(200, [("Content-Type", f"text/plain; charset={charset}")], TEXT.encode(charset))

    def _on_json(self, request: Seen) -> Reply:
        return Reply(200, [("Content-Type", "application/json")], request.query("body").encode())

    def _on_gzip(self, request: Seen) -> Reply:
        half, rest = b'{"zip', b'ped": true}'
        packed = gzip.compress(half) + gzip.compress(rest)
        return Reply(200, [("Content-Type", "application/json"), ("Content-Encoding", "gzip")], packed)

    def _on_deflate(self, request: Seen) -> Reply:
        packed = zlib.compress(b'{"zipped": true}')
        return Reply(200, [("Content-Type", "application/json"), ("Content-Encoding", "deflate")], packed)

    def _on_raw_deflate(self, request: Seen) -> Reply:
        packed = zlib.compress(b'{"zipped": true}')[2:-4]
        return Reply(200, [("Content-Type", "application/json"), ("Content-Encoding", "deflate")], packed)

    def _on_bomb(self, request: Seen) -> Reply:
        packed = gzip.compress(bytes(BOMB_BYTES), 9)
        return Reply(200, [("Content-Type", "text/plain"), ("Content-Encoding", "gzip")], packed)

    # redirects and cookies ------------------------------------------------------------------------
    def _on_redirect(self, request: Seen) -> Reply:
        return Reply(int(request.query("status", "302")), [("Location", request.query("to"))], b"elsewhere")

    def _on_redirects(self, request: Seen, left: str) -> Reply:
        to = f"/redirects/{int(left) - 1}" if int(left) > 1 else "/echo"
        return Reply(302, [("Location", to)])

    def _on_set_cookie(self, request: Seen) -> Reply:
        cookie = f"{request.query('name')}={request.query('value')}; Path=/"
        return Reply(302, [("Set-Cookie", cookie), ("Location", request.query("to", "/echo"))])

    # slow and broken ------------------------------------------------------------------------------
    def _on_slow_head(self, request: Seen) -> Reply | None:
        self.stopping.wait(30)
        return None

    def _on_drip(self, request: Seen) -> Reply:
        def drip(writer: BinaryIO) -> None:
            while not self.stopping.wait(0.02):
                writer.write(b".")
                writer.flush()

        return Reply(200, [("Content-Type", "text/plain")], stream=drip)

    def _on_endless(self, request: Seen) -> Reply:
        def pour(writer: BinaryIO) -> None:
            while not self.stopping.is_set():
                writer.write(bytes(65536))

        return Reply(200, [("Content-Type", "application/octet-stream")], stream=pour)

    def _on_hang_up(self, request: Seen) -> None:
        return None

    # authentication -------------------------------------------------------------------------------
    def _on_basic(self, request: Seen, user: str, password: str) -> Reply:
        expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        if request.headers.get("Authorization") == expected:
            return self._on_echo(request)
        return Reply(401, [("WWW-Authenticate", 'Basic realm="here"')])

    def _on_digest(self, request: Seen, user: str, password: str) -> Reply:
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', request.headers.get("Authorization", "")))
        if given.get("nonce") == "once" and given.get("response") == _digest(request, user, password, given):
            return self._on_echo(request)
        challenge = 'Digest realm="here", qop="auth", nonce="once", algorithm=SHA-256'
        return Reply(401, [("WWW-Authenticate", challenge)], b"who are you?")

    def _on_token(self, request: Seen) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        basic = base64.b64encode(b"id:secret-of-id").decode()
        by_header = request.headers.get("Authorization") == f"Basic {basic}"
        by_form = (form.get("client_id"), form.get("client_secret")) == ("id", "secret-of-id")
        if form.get("grant_type") != "client_credentials" or not (by_header or by_form):
            return as_json({"error": "invalid_client"}, 401)
        self.tokens.append(f"token-{len(self.tokens)}")
        return as_json({"access_token": self.tokens[-1], "expires_in": 3600, "token_type": "Bearer"})

    def _on_bearer(self, request: Seen) -> Reply:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return self._on_echo(request) if token in self.tokens else Reply(401)

    # pages ----------------------------------------------------------------------------------------
    def _on_pages(self, request: Seen) -> Reply:
        size = int(request.query("size", "3"))
        return as_json(self._numbers((int(request.query("page", "1")) - 1) * size, size))

    def _on_offset(self, request: Seen) -> Reply:
        found = self._numbers(int(request.query("offset", "0")), int(request.query("limit", "3")))
        return as_json({"data": {"rows": found}, "total": self.total})

    def _on_cursor(self, request: Seen) -> Reply:
        body = json.loads(request.body) if request.body else {}
        start = int(str(body.get("cursor") or request.query("cursor", "0")).removeprefix("at-"))
        following = f"at-{start + 3}" if start + 3 < self.total else None
        return as_json({"rows": self._numbers(start, 3), "meta": {"next": following}})

    def _on_links(self, request: Seen) -> Reply:
        page = int(request.query("page", "1"))
        links = [f'</links?page={page - 1}>; rel="prev"'] if page > 1 else []
        if page * 3 < self.total:
            links.append(f'</links?page={page + 1}>; rel="next"')
        headers = [("Link", ", ".join(links))] if links else []
        return as_json(self._numbers((page - 1) * 3, 3), headers=headers)

    def _numbers(self, start: int, count: int) -> list[dict[str, int]]:
        return [{"n": n} for n in range(start, min(start + count, self.total))]


def as_json(value: Any, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Reply:
    """A value as a JSON reply."""
    return Reply(status, [("Content-Type", "application/json"), *(headers or [])], json.dumps(value).encode())


def _digest(request: Seen, user: str, password: str, given: dict[str, str]) -> str:
    def hashed(*parts: str) -> str:
        return hashlib.sha256(":".join(parts).encode()).hexdigest()

    secret = hashed(user, "here", password)
    what = hashed(request.method, request.target)
    return hashed(secret, given["nonce"], given["nc"], given["cnonce"], given["qop"], what)


_REASONS = {
    200: "OK",
    302: "Found",
    401: "Unauthorized",
    404: "Not Found",
    429: "Too Many Requests",
    503: "Busy",
}
