"""Requests to another node's REST doors, bounded in time and size, with its problem documents as errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from engine.api import InvalidInput, NetworkFailure, ResourceExhausted
from engine.cli.web_client import error_of
from governance.domain.limits import ANSWER_BYTES_MAX

TIMEOUT_S = 30


class Elsewhere:
    """A node at a URL, asked with a bearer token. Redirects are not followed: the token is for this node."""

    def __init__(self, url: str, token: str, most: int = ANSWER_BYTES_MAX) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise InvalidInput(f"{url[:200]!r} is no http or https address of a node")
        self.url, self._token, self._most = url.rstrip("/"), token, most

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
        given = urlencode({name: value for name, value in query.items() if value not in (None, "")})
        url = f"{self.url}/api/v1{path}{'?' + given if given else ''}"
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        status, content = self._answer(method, url, headers, body)
        if status >= 400:
            raise error_of(status, content.decode(errors="replace"))
        try:
            return json.loads(content or b"null")
        except (ValueError, RecursionError) as error:
            raise NetworkFailure(f"{self.url} does not answer as a Qflow node does") from error

    def _answer(self, method: str, url: str, headers: Mapping[str, str], body: Any) -> tuple[int, bytes]:
        """Status and content of an answer."""
        import httpx

        try:
            with (
                httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client,
                client.stream(method, url, json=body, headers=dict(headers)) as response,
            ):
                return response.status_code, _bounded(response, url, self._most)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NetworkFailure(f"cannot reach the node at {self.url}: {error}") from error


def _bounded(response: Any, url: str, most: int) -> bytes:
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > most:
            raise ResourceExhausted(f"{url} answers with more than {most} bytes")
    return bytes(content)


def segment(text: str) -> str:
    """A text as one segment of a path."""
    return quote(text, safe="")
