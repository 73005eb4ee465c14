"""jwt: what a JSON Web Token claims."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """Signing and verifying take their keys from a credential, which steps cannot use yet."""
    operation = chosen(node, "operation", "sign")
    if operation != "decode":
        raise Unsupported(f"the operation {operation!r} needs a credential, which cannot be used here yet")
    complete = context.param("options.complete", False)
    return Draft(
        "data.jwt", {"operation": "decode", "token": context.param("token", ""), "complete": complete}
    )


NODES = (NodeType("n8n-nodes-base.jwt", (1,), translate, "data.jwt"),)
