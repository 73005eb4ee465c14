"""Requests to another node's REST doors, bounded in time and size, with its problem documents as errors."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from engine.api import InvalidInput, NetworkFailure, ResourceExhausted
from engine.cli.web_client import error_of
from governance.domain.limits import ANSWER_BYTES_MAX

TIMEOUT_S = 30


class Elsewhere:
    """A node at a URL, asked with a bearer token. Redirects are not followed: the token is for this node."""

    def __init__(self, url: str, token: str) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise InvalidInput(f"{url[:200]!r} is no http or https address of a node")
        self.url, self._token = url.rstrip("/"), token

    def get(self, path: str, **query: Any) -> Any:
        """What a path below ``/api/v1`` gives."""
        return self._call("GET", path, None, query)

    def post(self, path: str, body: Any) -> Any:
        """The same for something sent."""
        return self._call("POST", path, body, {})

    def put(self, path: str, body: Any) -> Any:
        """The same for something put in a place."""
        return self._call("PUT", path, body, {})

    def _call(self, method: str, path: str, body: Any, query: dict[str, Any]) -> Any:
        """Raises :class:`NetworkFailure`, :class:`ResourceExhausted` for too long an answer, and what the
        node's own error stands for."""
        import httpx

        given = urlencode({name: value for name, value in query.items() if value not in (None, "")})
        url = f"{self.url}/api/v1{path}{'?' + given if given else ''}"
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        try:
            with (
                httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client,
                client.stream(method, url, json=body, headers=headers) as response,
            ):
                content, status = _bounded(response, url), response.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NetworkFailure(f"cannot reach the node at {self.url}: {error}") from error
        if status >= 400:
            raise error_of(status, content.decode(errors="replace"))
        try:
            return json.loads(content or b"null")
        except ValueError as error:
            raise NetworkFailure(f"{self.url} does not answer as a Qflow node does") from error


def _bounded(response: Any, url: str) -> bytes:
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > ANSWER_BYTES_MAX:
            raise ResourceExhausted(f"{url} answers with more than {ANSWER_BYTES_MAX} bytes")
    return bytes(content)


def segment(text: str) -> str:
    """A text as one segment of a path."""
    return quote(text, safe="")
