"""debugHelper: errors and random data, to try workflows."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node

KINDS = {"user", "address", "email", "uuid", "number"}


def translate(node: Node, context: Context) -> Draft:
    """By category; an error is the default."""
    category = chosen(node, "category", "throwError")
    if category == "doNothing":
        return Draft("data.limit", {"count": 0})
    if category == "throwError":
        message = context.param("throwErrorMessage", "Node has thrown an error")
        return Draft("flow.stop", {"message": message})
    if category != "randomData":
        raise Unsupported(f"{category!r} is not done here: a node must not be brought down")
    kind = chosen(node, "randomDataType", "user")
    if kind not in KINDS:
        raise Unsupported(f"random data of the kind {kind!r} is not made here")
    context.ignores("randomDataSingleArray")
    context.differs("random data has other values than in n8n")
    parameters = {"kind": kind, "count": context.param("randomDataCount", 10)}
    seed = context.param("randomDataSeed", "")
    return Draft("data.random", {**parameters, "seed": seed} if seed else parameters)


NODES = (NodeType("n8n-nodes-base.debugHelper", (1,), translate, "data.random"),)
