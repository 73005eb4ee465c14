"""Whether a loop stands inside another one, as its wires tell."""

from __future__ import annotations

from engine.flow.model import Flow


def is_inner(flow: Flow, step: str) -> bool:
    """Whether a wire path leads from the loop's port ``done`` back to it."""
    todo = [edge.target for edge in flow.edges if edge.source == step and edge.source_port == "done"]
    seen: set[str] = set()
    while todo:
        found = todo.pop()
        if found == step:
            return True
        if found not in seen:
            seen.add(found)
            todo.extend(edge.target for edge in flow.edges if edge.source == found)
    return False
