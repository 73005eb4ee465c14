"""What nodes that log in to a server have in common."""

from __future__ import annotations

from n8n_import.credentials import named, reference
from n8n_import.translating import Context
from n8n_import.words import Json


def login(context: Context, kind: str) -> Json:
    """The server of a step: that of the node's credential."""
    if kind not in dict(named(context.node)):
        name = context.node.name
        context.note(f"no credential of type {kind} is chosen: fill in one named {name!r}", "credentials")
    return {"credential": reference(context.node, kind)}
