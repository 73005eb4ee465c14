"""splitInBatches (Loop Over Items): hands out its items a batch at a time."""

from __future__ import annotations

from typing import Any

from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """Version 3 turned the two outputs round; version 1 had no output for the end."""
    parameters: dict[str, Any] = {"batchSize": context.param("batchSize", 10 if node.version < 3 else 1)}
    reset = context.param("options.reset", False)
    if reset is not False:
        parameters["reset"] = reset
    if node.version >= 3:
        return Draft("logic.loop", {**parameters, "doneFirst": True}, outputs=("done", "loop"))
    return Draft("logic.loop", parameters, outputs=("loop", "done"))


NODES = (
    NodeType(
        "n8n-nodes-base.splitInBatches",
        (1, 2, 3),
        translate,
        "logic.loop",
        differs=(
            "a loop inside another one begins anew each time, as with the option reset; in n8n it is over "
            "after the first time",
        ),
    ),
)
