"""What changed between two flow versions, in the words of flows rather than of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from engine.flow.canonical import to_canonical
from engine.flow.document import Path, path_text
from engine.flow.model import MAIN, Edge, Flow

_ABSENT = None
_TEXT_CHARACTERS_MAX = 60


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A value that changed; None stands for a value that is not there."""

    path: str
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        """Render for REST."""
        return {"path": self.path, "before": self.before, "after": self.after}

    def __str__(self) -> str:
        return f"{self.path}: {_short(self.before)} -> {_short(self.after)}"


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step that is in both versions but not the same."""

    step: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class FlowDiff:
    """All differences. ``reordered`` names what only stands in another order: steps, edges."""

    before: str  # version CIDs
    after: str
    steps_added: tuple[str, ...] = ()
    steps_removed: tuple[str, ...] = ()
    steps_changed: tuple[StepChange, ...] = ()
    edges_added: tuple[Edge, ...] = ()
    edges_removed: tuple[Edge, ...] = ()
    settings_changed: tuple[FieldChange, ...] = ()
    details_changed: tuple[FieldChange, ...] = ()  # name, label, metadata, policy, ...
    reordered: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the versions are the same."""
        return not any(getattr(self, spec.name) for spec in fields(self)[2:])

    def as_json(self) -> dict[str, Any]:
        """Render for REST, in camelCase."""
        return {
            "before": self.before,
            "after": self.after,
            "stepsAdded": list(self.steps_added),
            "stepsRemoved": list(self.steps_removed),
            "stepsChanged": [
                {"step": change.step, "fields": [field.as_json() for field in change.fields]}
                for change in self.steps_changed
            ],
            "edgesAdded": [_edge_json(edge) for edge in self.edges_added],
            "edgesRemoved": [_edge_json(edge) for edge in self.edges_removed],
            "settingsChanged": [change.as_json() for change in self.settings_changed],
            "detailsChanged": [change.as_json() for change in self.details_changed],
            "reordered": list(self.reordered),
        }

    def __str__(self) -> str:
        """A readable text: ``+`` added, ``-`` removed, ``~`` changed."""
        return "\n".join(self._lines()) or "no difference"

    def _lines(self) -> Iterator[str]:
        yield from (f"~ {change}" for change in self.details_changed)
        yield from (f"~ settings.{change}" for change in self.settings_changed)
        yield from (f"- step {step}" for step in self.steps_removed)
        yield from (f"+ step {step}" for step in self.steps_added)
        for changed in self.steps_changed:
            yield f"~ step {changed.step}"
            yield from (f"    {change}" for change in changed.fields)
        yield from (f"- wire {_edge_text(edge)}" for edge in self.edges_removed)
        yield from (f"+ wire {_edge_text(edge)}" for edge in self.edges_added)
        yield from (f"~ order of {what}" for what in self.reordered)


def diff_flows(before: Flow, after: Flow) -> FlowDiff:
    """Everything that differs; empty exactly where both have the same version CID."""
    old, new = to_canonical(before), to_canonical(after)
    old_steps = {step["id"]: step for step in old.pop("steps")}
    new_steps = {step["id"]: step for step in new.pop("steps")}
    for part in (old, new):
        part.pop("edges", None)
    settings = (old.pop("settings", {}), new.pop("settings", {}))
    changed = (
        StepChange(step, tuple(_changes(old_steps[step], new_steps[step])))
        for step in old_steps
        if step in new_steps
    )
    old_edges, new_edges = set(before.edges), set(after.edges)
    return FlowDiff(
        before.version,
        after.version,
        steps_added=tuple(step for step in new_steps if step not in old_steps),
        steps_removed=tuple(step for step in old_steps if step not in new_steps),
        steps_changed=tuple(change for change in changed if change.fields),
        edges_added=tuple(edge for edge in after.edges if edge not in old_edges),
        edges_removed=tuple(edge for edge in before.edges if edge not in new_edges),
        settings_changed=tuple(_changes(*settings)),
        details_changed=tuple(_changes(old, new)),
        reordered=_reordered(before, after),
    )


def _reordered(before: Flow, after: Flow) -> tuple[str, ...]:
    pairs: tuple[tuple[str, list[Any], list[Any]], ...] = (
        ("steps", [step.id for step in before.steps], [step.id for step in after.steps]),
        ("wires", list(before.edges), list(after.edges)),
    )
    return tuple(what for what, old, new in pairs if _common(old, new) != _common(new, old))


def _common(parts: list[Any], others: list[Any]) -> list[Any]:
    known = set(others)
    return [part for part in parts if part in known]


def _changes(old: Any, new: Any, path: Path = ()) -> Iterator[FieldChange]:
    """The deepest values that differ; lists of the same length are compared entry by entry."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            if key in old and key in new:
                yield from _changes(old[key], new[key], (*path, key))
            else:
                yield _change((*path, key), old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _changes(one, other, (*path, index))
    elif _differ(old, new):
        yield _change(path, old, new)


def _differ(old: Any, new: Any) -> bool:
    """1, 1.0 and true are equal in Python, but not the same value; nor are 0.0 and -0.0."""
    return type(old) is not type(new) or repr(old) != repr(new)


def _change(path: Path, old: Any, new: Any) -> FieldChange:
    return FieldChange(path_text(path), old, new)


def _edge_json(edge: Edge) -> dict[str, str]:
    return {
        "source": edge.source,
        "sourcePort": edge.source_port,
        "target": edge.target,
        "targetPort": edge.target_port,
    }


def _edge_text(edge: Edge) -> str:
    source = edge.source if edge.source_port == MAIN else f"{edge.source}.{edge.source_port}"
    target = edge.target if edge.target_port == MAIN else f"{edge.target}.{edge.target_port}"
    return f"{source} -> {target}"


def _short(value: Any) -> str:
    if value is _ABSENT:
        return "(nothing)"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _TEXT_CHARACTERS_MAX else f"{text[: _TEXT_CHARACTERS_MAX - 3]}..."
