"""crypto: digests, keyed digests and random text."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

KINDS = {"uuid": "uuid", "hex": "hex", "base64": "base64", "ascii": "ascii"}


def translate(node: Node, context: Context) -> Draft:
    """Signing and files are not done; a secret in a credential is to be filled in."""
    action = chosen(node, "action", "hash")
    shared: Json = {"operation": action, "into": context.param("dataPropertyName", "data")}
    if action == "generate":
        length = context.param("stringLength", 32)
        return Draft(
            "data.crypto", {**shared, "kind": KINDS[chosen(node, "encodingType", "uuid")], "length": length}
        )
    if action not in ("hash", "hmac"):
        raise Unsupported(f"the action {action!r} is not done here yet")
    if node.param("binaryData") is True:
        raise Unsupported("digests of files are not made here yet")
    if action == "hmac":
        if node.version >= 2:
            raise Unsupported("a secret in a credential cannot be used here yet")
        shared["secret"] = context.param("secret", "")
    return Draft(
        "data.crypto",
        {
            **shared,
            "value": context.param("value", ""),
            "algorithm": chosen(node, "type", "MD5" if node.version < 2 else "SHA256"),
            "encoding": chosen(node, "encoding", "hex"),
        },
    )


NODES = (NodeType("n8n-nodes-base.crypto", (1, 2), translate, "data.crypto"),)
