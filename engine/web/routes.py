"""The table of webhook paths: which trigger a method and path start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from engine.ports.flow_store import ActiveTrigger
from engine.web.problems import refuse

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Match:
    """A trigger that serves a request, with the values of its path parameters."""

    trigger: ActiveTrigger
    params: Mapping[str, str]


@dataclass(slots=True)
class _Node:
    static: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    routes: list[tuple[ActiveTrigger, frozenset[str], tuple[str, ...]]] = field(default_factory=list)


class RouteTable:
    """Path patterns like ``orders/:id``; a fixed segment wins over a parameter, from left to right."""

    def __init__(self, triggers: Iterable[ActiveTrigger]) -> None:
        self._root = _Node()
        self._by_flow: dict[str, list[ActiveTrigger]] = {}
        for trigger in triggers:
            self._add(trigger)
            self._by_flow.setdefault(trigger.flow, []).append(trigger)

    def of_flow(self, flow: str) -> list[ActiveTrigger]:
        """The triggers of all flows with this id; each subnet may have one."""
        return self._by_flow.get(flow, [])

    def _add(self, trigger: ActiveTrigger) -> None:
        node, names = self._root, []
        for segment in trigger.registration.key.strip("/").split("/"):
            if segment.startswith(":") and len(segment) > 1:
                names.append(segment[1:])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.static.setdefault(segment, _Node())
        node.routes.append((trigger, methods_of(trigger), tuple(names)))

    def find(self, method: str, segments: tuple[str, ...]) -> Match | frozenset[str]:
        """The match, or the methods that the path has (none where nobody serves it)."""
        allowed: set[str] = set()
        for node, values in _walk(self._root, segments, ()):
            for trigger, methods, names in node.routes:
                if method in methods or (method == "HEAD" and "GET" in methods):
                    return Match(trigger, dict(zip(names, values, strict=True)))
                allowed |= methods
        return frozenset(allowed)

    def subnets(self, method: str, segments: tuple[str, ...]) -> set[str]:
        """The subnets of all triggers that would take a request."""
        return {
            trigger.subnet
            for node, _ in _walk(self._root, segments, ())
            for trigger, methods, _ in node.routes
            if method in methods or (method == "HEAD" and "GET" in methods)
        }


def _walk(
    node: _Node, rest: tuple[str, ...], values: tuple[str, ...]
) -> Iterable[tuple[_Node, tuple[str, ...]]]:
    if not rest:
        yield node, values
        return
    fixed = node.static.get(rest[0])
    if fixed is not None:
        yield from _walk(fixed, rest[1:], values)
    if node.parameter is not None and rest[0]:
        yield from _walk(node.parameter, rest[1:], (*values, rest[0]))


def methods_of(trigger: ActiveTrigger) -> frozenset[str]:
    """The methods of a webhook trigger; all of them where it names none."""
    given = trigger.registration.spec.get("methods") or METHODS
    names = [given] if isinstance(given, str) else given
    upper = {str(name).upper() for name in names}
    return frozenset(METHODS) if upper & {"*", "ALL", "ANY"} else frozenset(upper)


def segments_of(raw_path: bytes) -> tuple[str, ...]:
    """The decoded segments of a path below the door; a slash at the end does not count.

    Each segment is decoded on its own, so ``%2F`` stays inside its segment. Raises
    :class:`~engine.web.problems.Refused` (400) where the escapes are not UTF-8.
    """
    if _BAD_ESCAPE.search(raw_path):
        raise refuse(400, "bad_path", "the path has a % that is not followed by two hex digits")
    parts = raw_path.strip(b"/").split(b"/") if raw_path.strip(b"/") else [b""]
    try:
        return tuple(unquote_to_bytes(part).decode("utf-8") for part in parts)
    except UnicodeDecodeError as error:
        raise refuse(400, "bad_path", "the path is not UTF-8 after percent-decoding") from error
