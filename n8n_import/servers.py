"""What nodes that log in to a server have in common."""

from __future__ import annotations

from n8n_import.translating import Context
from n8n_import.words import Json


def login(context: Context, kind: str) -> Json:
    """The server of a step: host, user and password have to be filled in."""
    context.note(f"its server has to be filled in ({kind}): host, user and password", "credentials")
    return {"host": ""}
