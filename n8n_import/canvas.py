"""Where n8n's nodes stand on the canvas, and its sticky notes."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import converted
from n8n_import.words import Node, Workflow, is_number

ACROSS = 1.6
"""Steps are wider than n8n's nodes, so they stand further apart."""

ROW = 96
"""How far above one another the steps of one node stand."""

COLORS = range(1, 8)
NOTES_MAX, NOTE_CHARACTERS_MAX = 1000, 65_536
"""As in definitions."""


def notes_of(workflow: Workflow) -> list[dict[str, Any]]:
    """The sticky notes, as definitions write the notes of the canvas."""
    stickies = [node for node in workflow.nodes if node.is_note]
    return [_note(f"note_{number}", node) for number, node in enumerate(stickies[:NOTES_MAX], 1)]


def _note(name: str, node: Node) -> dict[str, Any]:
    color = converted(node.param("color", 1))
    return {
        "id": name,
        "text": node.text("content")[:NOTE_CHARACTERS_MAX],
        "position": list(placed(node.position) or (0.0, 0.0)),
        "size": [ACROSS * _side(node, "width", 240), _side(node, "height", 160)],
        "color": int(color) if color in COLORS else 1,
    }


def placed(position: tuple[float, float] | None) -> tuple[float, float] | None:
    """Where a node stands here: steps are wider than n8n's nodes, so they stand further apart."""
    return None if position is None else (round(position[0] * ACROSS, 1), position[1])


def placed_back(position: tuple[float, float]) -> list[float]:
    """Where a step stands in n8n."""
    return [round(position[0] / ACROSS, 1), position[1]]


def _side(node: Node, name: str, default: float) -> float:
    value = node.param(name, default)
    return float(value) if is_number(value) else default
