"""A host that answers as it is told, for guests that call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Answers = Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]


class ToldHost:
    """Implements :class:`engine.ports.sandbox.HostCalls`; ``asked`` shows what it was asked."""

    def __init__(self, **answers: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
        self._answers: Answers = answers
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.closed = False

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The told answer."""
        self.asked.append((operation, request))
        return self._answers[operation](request)

    def close(self) -> None:
        """Note that it was closed."""
        self.closed = True


def replied(body: bytes = b"", status: int = 200, **headers: str) -> dict[str, Any]:
    """An HTTP answer as the shim gives it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "status": status,
        "reason": "",
        "headers": named,
        "body": body,
        "url": "http://a/",
        "redirects": 0,
    }


class KeptValues:
    """The kv operation on a dict."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[Any, int]] = {}

    def __call__(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One request."""
        key = request["key"]
        value, revision = self.held.get(key, (None, 0))
        if request["action"] == "get":
            return {"found": revision > 0, "value": value, "revision": revision}
        if request["action"] == "set":
            self.held[key] = (request["value"], revision + 1)
            return {"revision": revision + 1}
        if request["action"] == "delete":
            return {"deleted": self.held.pop(key, None) is not None}
        return {"keys": [name for name in sorted(self.held) if name.startswith(key)]}
