"""ASGI messages: reading bodies within a limit, and answers whose headers cannot be forged."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from engine.base.errors import PayloadTooLarge
from engine.web.problems import CONTENT_TYPE, ProblemDocument

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}\Z")  # field-name of RFC 9110
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class ClientGone(Exception):
    """The client broke the connection before its request was complete."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to send."""

    status: int
    headers: RawHeaders
    body: bytes = b""


async def read_body(scope: Scope, receive: Receive, limit_bytes: int) -> bytes:
    """The whole body; raises :class:`PayloadTooLarge` as soon as it is longer than the limit."""
    declared = header(scope, b"content-length")
    if declared.isdigit() and int(declared[:20]) > limit_bytes:
        raise too_large(limit_bytes)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit_bytes:
            raise too_large(limit_bytes)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def too_large(limit_bytes: int) -> PayloadTooLarge:
    """The error for a body past its limit."""
    return PayloadTooLarge(f"the body is too large; at most {limit_bytes} bytes are allowed")


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of that (lower-case) name, or nothing."""
    for known, value in scope["headers"]:
        if known == name:
            return bytes(value)
    return b""


def raw_path(scope: Scope) -> bytes:
    """The path as it came in, percent-encoded, without the root path the site is mounted at."""
    raw = bytes((scope.get("raw_path") or quote(str(scope["path"])).encode()).split(b"?", 1)[0])
    root = scope.get("root_path")
    return raw.removeprefix(quote(root).encode()) if root else raw


def raw_headers(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> RawHeaders:
    """Headers as bytes. Names that are no tokens are dropped, control characters become spaces."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return [(name.lower().encode(), _value(str(value))) for name, value in pairs if _TOKEN.match(name)]


def _value(text: str) -> bytes:
    clean = _CONTROL.sub(" ", text).strip()
    try:
        return clean.encode("latin-1")
    except UnicodeEncodeError:
        return clean.encode("utf-8", "replace")


async def send_reply(send: Send, reply: Reply, *, without_body: bool = False) -> None:
    """Send an answer in one piece; to a HEAD request without its body."""
    headers = list(reply.headers)
    if reply.status not in (204, 304) and not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = b"" if without_body or reply.status in (204, 304) else reply.body
    await send({"type": "http.response.body", "body": body})


def problem_reply(document: ProblemDocument, instance: str) -> Reply:
    """The answer that carries a problem document."""
    headers = raw_headers({"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store", **document.headers})
    return Reply(document.status, headers, document.body(instance))
