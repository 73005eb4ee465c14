"""executionData: what an execution is found by."""

from __future__ import annotations

from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """``dataToSave.values``, each with ``key`` and ``value``."""
    given = context.param("dataToSave.values", [])
    listed = given if isinstance(given, list) else []
    values = [
        {"key": one.get("key", ""), "value": one.get("value", "")} for one in listed if isinstance(one, dict)
    ]
    return Draft("execution.data", {"values": values}) if values else Draft("flow.noop")


NODES = (
    NodeType(
        "n8n-nodes-base.executionData",
        (1, 1.1),
        translate,
        "execution.data",
        differs=(
            "a key with other signs than letters, digits and underscores fails; n8n skips it in production",
        ),
    ),
)
