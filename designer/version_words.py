"""What changed between two versions of a flow, in words for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.api import MAIN, Edge, FieldChange, Flow, FlowDiff, StepChange, diff_flows

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"

FIELDS = {
    "always_output": "Always give an item",
    "canvas.groups": "Groups on the canvas",
    "canvas.notes": "Notes on the canvas",
    "consensus": "Confirmation by other nodes",
    "description": "Description",
    "disabled": "Switched off",
    "execute_once": "First item only",
    "extra.pins": "Pinned data",
    "join": "Several wires",
    "label": "Version label",
    "metadata.category": "Category",
    "metadata.tags": "Tags",
    "name": "Name",
    "notes": "Notes",
    "on_error": "After an error",
    "owner": "Owner",
    "parameters": "Parameter",
    "policy": "Policy",
    "position": "Place on the canvas",
    "requirements": "Requirement",
    "retry": "Tries again",
    "timeout_ms": "Time limit (ms)",
    "type": "Type",
}
"""Beginning of a path -> what people call it; the longest that fits counts."""


@dataclass(frozen=True, slots=True)
class Part:
    """A value that changed, as text; None where there was or is none."""

    words: str
    before: str | None
    after: str | None

    @property
    def long(self) -> bool:
        """Whether a value has several lines."""
        return "\n" in (self.before or "") or "\n" in (self.after or "")


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was added, removed, changed or only moved. ``step`` is the id of the step that the
    canvas shows for it, ``wire`` the key of a wire there; both are empty for what belongs to the flow."""

    kind: str
    what: str  # Step, Wire, Setting, Flow, Order
    title: str
    detail: str = ""
    step: str = ""
    wire: str = ""
    parts: tuple[Part, ...] = ()


def told_changes(before: Flow, after: Flow) -> list[Change]:
    """Everything that differs: steps first, then wires, settings and the rest."""
    diff = diff_flows(before, after)
    return [*_steps(diff, before, after), *_wires(diff, before, after), *_rest(diff)]


def marks(changes: Iterable[Change]) -> dict[str, dict[str, str]]:
    """What the canvas shows: step id -> kind, and key of a wire -> kind."""
    found: dict[str, dict[str, str]] = {"steps": {}, "wires": {}}
    for change in changes:
        if change.step:
            found["steps"][change.step] = change.kind
        if change.wire:
            found["wires"][change.wire] = change.kind
    return found


def _steps(diff: FlowDiff, before: Flow, after: Flow) -> Iterator[Change]:
    for id in diff.steps_added:
        yield Change(ADDED, "Step", after.by_id[id].title, after.by_id[id].type, id)
    for id in diff.steps_removed:
        yield Change(REMOVED, "Step", before.by_id[id].title, before.by_id[id].type, id)
    for one in diff.steps_changed:
        yield _step(one, after)


def _step(one: StepChange, after: Flow) -> Change:
    step = after.by_id[one.step]
    parts = tuple(_part(field) for field in one.fields if not _is_place(field))
    kind = CHANGED if parts else MOVED
    return Change(kind, "Step", step.title, step.type, step.id, parts=parts)


def _is_place(field: FieldChange) -> bool:
    return field.path.startswith("position")


def _wires(diff: FlowDiff, before: Flow, after: Flow) -> Iterator[Change]:
    for edge in diff.edges_added:
        yield Change(ADDED, "Wire", _wire(edge, after), wire=_key(edge))
    for edge in diff.edges_removed:
        yield Change(REMOVED, "Wire", _wire(edge, before), wire=_key(edge))


def _wire(edge: Edge, flow: Flow) -> str:
    def end(step: str, port: str) -> str:
        title = flow.by_id[step].title if step in flow.by_id else step
        return title if port == MAIN else f"{title} ({port})"

    return f"{end(edge.source, edge.source_port)} to {end(edge.target, edge.target_port)}"


def _key(edge: Edge) -> str:
    """As ``edgeKey`` of ``flow/document.js``."""
    return f"{edge.source}.{edge.source_port}>{edge.target}.{edge.target_port}"


def _rest(diff: FlowDiff) -> Iterator[Change]:
    if diff.settings_changed:
        yield Change(CHANGED, "Settings", "", parts=tuple(_part(one) for one in diff.settings_changed))
    if diff.details_changed:
        yield Change(CHANGED, "Flow", "", parts=tuple(_part(one) for one in diff.details_changed))
    for what in diff.reordered:
        yield Change(CHANGED, "Order", f"the {what} stand in another order")


def _part(field: FieldChange) -> Part:
    return Part(_words(field.path), _text(field.before), _text(field.after))


def _words(path: str) -> str:
    """``parameters.fields.price`` as ``Parameter fields.price``."""
    fits = [name for name in FIELDS if path == name or path.startswith((f"{name}.", f"{name}["))]
    if not fits:
        return path.replace("_", " ").capitalize()
    longest = max(fits, key=len)
    return f"{FIELDS[longest]} {path[len(longest) :].lstrip('.')}".strip()


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=1 if isinstance(value, dict | list) else None)
