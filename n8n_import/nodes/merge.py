"""merge: makes one branch of several."""

from __future__ import annotations

from typing import Any

from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node, is_number


def translate(node: Node, context: Context) -> Draft:
    """Appending and choosing; the ways of combining are the business of the mode."""
    mode = node.param("mode", "append")
    inputs = node.param("numberInputs", 2)
    parameters: dict[str, Any] = {"inputs": round(inputs) if is_number(inputs) else 2}
    if mode == "append":
        return Draft("logic.merge", {**parameters, "mode": "append"})
    if mode == "chooseBranch":
        chosen = node.param("output", "input1")
        number = node.param("useDataOfInput", 2 if chosen == "input2" else 1)
        if chosen != "empty":
            return Draft("logic.merge", {**parameters, "mode": "chooseInput", "choose": int(number)})
    raise Unsupported(f"the mode {mode!r} of merge is not known here yet")


NODES = (NodeType("n8n-nodes-base.merge", (1, 2, 2.1, 3, 3.1, 3.2), translate, "logic.merge"),)
