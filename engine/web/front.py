"""The front of the site: sends each request to its door, and gives every answer its safety headers."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from engine.web.messages import Application, RawHeaders, Receive, Scope, Send, raw_path
from engine.web.webhooks import door_of

API_ROOTS = frozenset({b"api", b"health", b"metrics"})

_EVERYWHERE: RawHeaders = [(b"x-content-type-options", b"nosniff")]
_NO_REFERRER = (b"referrer-policy", b"no-referrer")
_API: RawHeaders = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    _NO_REFERRER,
]
# A flow may answer with a page; in a sandbox of its own origin it cannot reach the designer's session.
_WEBHOOK: RawHeaders = [
    _NO_REFERRER,
    (
        b"content-security-policy",
        b"sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts",
    ),
]
# Without any referrer a browser hides the origin of forms too, which is checked against forged requests.
_SITE: RawHeaders = [
    (b"referrer-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        b"form-action 'self'; frame-ancestors 'none'",
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
]


class FrontDoor:
    """Webhooks go to their own application, the API to its handler, the rest to the site."""

    def __init__(self, webhooks: Application, api: Application, site: Application) -> None:
        self._webhooks, self._api, self._site = webhooks, api, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        below = raw_path(scope).lstrip(b"/")
        if door_of(below) is not None:
            await self._webhooks(scope, receive, with_headers(send, _WEBHOOK))
        elif below.split(b"/", 1)[0] in API_ROOTS:
            await self._api(scope, receive, with_headers(send, _API))
        else:
            await self._site(scope, receive, with_headers(send, _SITE))


def with_headers(send: Send, headers: RawHeaders) -> Send:
    """A ``send`` that adds the headers which an answer does not have yet."""

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            present = {bytes(name).lower() for name, _ in message.get("headers", ())}
            missing = [pair for pair in (*_EVERYWHERE, *headers) if pair[0] not in present]
            message = {**message, "headers": [*message.get("headers", ()), *missing]}
        await send(message)

    return sending
