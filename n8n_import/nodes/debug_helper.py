"""debugHelper: errors and random data, to try workflows."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

KINDS = {
    "user", "address", "email", "uuid", "creditCard", "ipv4", "ipv6", "latLong", "macAddress", "nanoid",
    "semver", "url",
}  # fmt: skip


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
    context.differs("random data has other values than in n8n")
    parameters: Json = {"kind": kind, "count": context.param("randomDataCount", 10), "perItem": True}
    if seed := context.param("randomDataSeed", ""):
        parameters["seed"] = seed
    if node.param("randomDataSingleArray") is True:
        parameters["into"] = "generatedItems"
    if kind == "nanoid":
        parameters |= _letters(context)
    return Draft("data.random", parameters)


def _letters(context: Context) -> Json:
    given = {
        "alphabet": context.param("nanoidAlphabet", ""),
        "length": context.param("nanoidLength", "16"),
    }
    return {name: value for name, value in given.items() if value != ""}


NODES = (NodeType("n8n-nodes-base.debugHelper", (1,), translate, "data.random"),)
