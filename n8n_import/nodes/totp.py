"""totp: one-time codes."""

from __future__ import annotations

from n8n_import.credentials import reference
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """The code that holds now."""
    return Draft(
        "data.totp",
        {
            "credential": reference(node, "totpApi"),
            "algorithm": context.param("options.algorithm") or "SHA1",
            "digits": context.param("options.digits") or 6,
            "periodS": context.param("options.period") or 30,
        },
    )


NODES = (NodeType("n8n-nodes-base.totp", (1,), translate, "data.totp"),)
