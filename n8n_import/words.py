"""What an n8n export holds, read tolerantly: whatever is missing or of a wrong type has a default."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Json = dict[str, Any]

MAIN = "main"


class Wire(NamedTuple):
    """A connection: output number of a node to input number of another; ``kind`` is ``main``, or the
    kind of tie by which a part hangs on its node (``ai_tool``)."""

    source: str
    output: int
    target: str
    input: int
    kind: str = MAIN


@dataclass(frozen=True)
class Node:
    """One node. ``raw`` is the node as it stands in the export."""

    name: str
    type: str
    version: float = 1
    parameters: Json = field(default_factory=dict)
    position: tuple[float, float] | None = None
    disabled: bool = False
    raw: Json = field(default_factory=dict)

    @property
    def short_type(self) -> str:
        """The type without the package it came in."""
        return self.type.rpartition(".")[2]

    @property
    def is_note(self) -> bool:
        """Whether it is a sticky note, which nothing runs."""
        return self.short_type == "stickyNote"

    def flag(self, name: str) -> bool:
        """A setting beside the parameters, such as ``executeOnce``."""
        return self.raw.get(name) is True

    def param(self, path: str, default: Any = None) -> Any:
        """A parameter as written, by its dotted path; the default where it is missing or null."""
        return at(self.parameters, path, default)

    def text(self, path: str, default: str = "") -> str:
        """A parameter that is text; the default where it is anything else."""
        value = self.param(path, default)
        return value if isinstance(value, str) else default

    def entries(self, path: str) -> list[Json]:
        """A parameter that is a list of objects; others are left out."""
        return objects(self.param(path))


@dataclass(frozen=True)
class Workflow:
    """One workflow. ``raw`` is the workflow as it stands in the export."""

    id: str
    name: str
    nodes: tuple[Node, ...]
    wires: tuple[Wire, ...]
    settings: Json = field(default_factory=dict)
    pins: Json = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    active: bool = False
    raw: Json = field(default_factory=dict)
    twins: tuple[str, ...] = ()  # names that several nodes bear
    strangers: tuple[str, ...] = ()  # ends of connections that are no nodes

    def steps(self) -> list[Node]:
        """The nodes that are no sticky notes."""
        return [node for node in self.nodes if not node.is_note]


def workflow_of(raw: Json, default_name: str = "workflow") -> Workflow:
    """The workflow in a JSON object."""
    nodes = tuple(node_of(entry, number) for number, entry in enumerate(objects(raw.get("nodes")), 1))
    names = [node.name for node in nodes]
    ends = {**{_id(node): node.name for node in reversed(nodes)}, **{name: name for name in names}}
    wires = list(_wires(raw.get("connections")))
    identity = raw.get("id")
    name = raw.get("name")
    return Workflow(
        id=str(identity) if isinstance(identity, str | int) and not isinstance(identity, bool) else "",
        name=(name.replace("\0", "").strip() if isinstance(name, str) else "") or default_name,
        nodes=nodes,
        wires=tuple(
            wire._replace(source=ends[wire.source], target=ends[wire.target])
            for wire in wires
            if wire.source in ends and wire.target in ends
        ),
        settings=raw["settings"] if isinstance(raw.get("settings"), dict) else {},
        pins=raw["pinData"] if isinstance(raw.get("pinData"), dict) else {},
        tags=tuple(_tags(raw.get("tags"))),
        active=raw.get("active") is True,
        raw=raw,
        twins=tuple(name for name, count in Counter(names).items() if count > 1),
        strangers=tuple(
            dict.fromkeys(end for wire in wires for end in (wire.source, wire.target) if end not in ends)
        ),
    )


def node_of(raw: Json, number: int) -> Node:
    """The node in a JSON object."""
    name, kind, parameters = raw.get("name"), raw.get("type"), raw.get("parameters")
    return Node(
        name=name if isinstance(name, str) and name else f"Node {number}",
        type=kind if isinstance(kind, str) and kind else "unknown",
        version=_version(raw.get("typeVersion")),
        parameters=parameters if isinstance(parameters, dict) else {},
        position=_position(raw.get("position")),
        disabled=raw.get("disabled") is True,
        raw=raw,
    )


def _version(value: Any) -> float:
    if isinstance(value, list):
        value = max((one for one in value if is_number(one)), default=1)
    return value if is_number(value) else 1


def _position(value: Any) -> tuple[float, float] | None:
    if isinstance(value, list | tuple) and len(value) == 2 and all(map(is_number, value)):
        return float(value[0]), float(value[1])
    return None


def _id(node: Node) -> str:
    """By which some tools name a node in connections, where n8n takes its name."""
    return str(node.raw.get("id") or node.name)


def _wires(connections: Any) -> Iterator[Wire]:
    """The connections as written; an index that is no number counts as 0."""
    for source, kinds in connections.items() if isinstance(connections, dict) else ():
        for kind, outputs in kinds.items() if isinstance(kinds, dict) else ():
            for output, ends in enumerate(outputs if isinstance(outputs, list) else ()):
                for end in objects(ends):
                    index, target = end.get("index"), end.get("node")
                    into = index if isinstance(index, int) and 0 <= index < 1_000 else 0
                    if isinstance(target, str):
                        yield Wire(source, output, target, into, str(kind))


def _tags(value: Any) -> Iterator[str]:
    for tag in value if isinstance(value, list) else ():
        name = tag.get("name") if isinstance(tag, dict) else tag
        if isinstance(name, str) and name.strip():
            yield name.strip()[:64]


def is_number(value: Any) -> bool:
    """Whether a value is a finite number, and not true or false."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def objects(value: Any) -> list[Json]:
    """The objects in a list; nothing where it is no list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def at(value: Mapping[str, Any], path: str, default: Any = None) -> Any:
    """What stands at a dotted path; the default where it is missing or null."""
    found: Any = value
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return default if found is None else found
