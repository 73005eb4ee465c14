"""Notes and groups: what the canvas shows of a flow beside its steps and wires."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from engine.flow.document import Report
from engine.flow.shapes import CanvasShape


def canvas_of(shape: CanvasShape, steps: Container[str], report: Report) -> dict[str, Any]:
    """Notes and groups as definitions write them, without keys at their default; reports ids given
    twice, and groups of steps that are not there or are in another group."""
    _check_ids("notes", (note.id for note in shape.notes), report)
    _check_ids("groups", (group.id for group in shape.groups), report)
    _check_members(shape, steps, report)
    return shape.model_dump(by_alias=True, exclude_defaults=True)


def _check_ids(kind: str, ids: Iterable[str], report: Report) -> None:
    seen: set[str] = set()
    for index, name in enumerate(ids):
        if name in seen:
            report.error(("canvas", kind, index, "id"), f"{name!r} is there twice", "duplicate_id")
        seen.add(name)


def _check_members(shape: CanvasShape, steps: Container[str], report: Report) -> None:
    owners: dict[str, str] = {}
    for number, group in enumerate(shape.groups):
        for index, step in enumerate(group.steps):
            path = ("canvas", "groups", number, "steps", index)
            if step not in steps:
                report.error(path, f"there is no step {step!r}", "unknown_step")
            elif step in owners:
                report.error(path, f"step {step!r} is in group {owners[step]!r} already", "contradiction")
            owners.setdefault(step, group.id)
