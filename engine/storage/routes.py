"""Webhook routes: which methods and paths a registration claims."""

from __future__ import annotations

from engine.ports.flow_store import Registration

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def routes_of(registration: Registration) -> list[tuple[str, str]]:
    """Method and normalised pattern of every route; none for what is not a webhook."""
    if registration.kind != "webhook":
        return []
    pattern = "/".join(_segment(part) for part in registration.key.strip("/").split("/"))
    return [(method, pattern) for method in _methods(registration)]


def _segment(part: str) -> str:
    return ":" if part.startswith(":") and len(part) > 1 else part.replace(":", "%3A")


def _methods(registration: Registration) -> list[str]:
    given = registration.spec.get("methods") or METHODS
    names = {str(name).upper() for name in ([given] if isinstance(given, str) else given)}
    return sorted(METHODS if names & {"*", "ALL", "ANY"} else names)


def overlap(one: str, other: str) -> bool:
    """Whether some path is served by both normalised patterns."""
    left, right = one.split("/"), other.split("/")
    return len(left) == len(right) and all(a == b or ":" in (a, b) for a, b in zip(left, right, strict=True))
