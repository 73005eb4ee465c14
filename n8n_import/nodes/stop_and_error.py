"""stopAndError: ends the execution with an error."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import code, inner
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node

DEFAULT = "An error occurred"
TOLD = (
    'o => [o.message, o.description, o.error].find((one) => typeof one === "string" && one) '
    '?? "Error: " + JSON.stringify(o)'
)


def translate(node: Node, context: Context) -> Draft:
    """A message, or an object whose message (or description, or error) is the message."""
    if node.param("errorType", "errorMessage") == "errorMessage":
        return Draft("flow.stop", {"message": context.param("errorMessage") or DEFAULT})
    given = inner(node.param("errorObject", "{}"))
    found = f'(e => typeof e === "string" ? JSON.parse(e) : e ?? {{}})({given})'
    text = f"({TOLD})({found})"
    parameters: dict[str, Any] = {"message": code(text), "details": code(found)}
    return Draft("flow.stop", parameters)


NODES = (NodeType("n8n-nodes-base.stopAndError", (1,), translate, "flow.stop"),)
