"""crypto: digests, keyed digests, signatures and random text."""

from __future__ import annotations

from n8n_import.credentials import reference
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

KINDS = {"uuid": "uuid", "hex": "hex", "base64": "base64", "ascii": "ascii"}

DIGESTS = (
    "SHA512-256", "SHA512-224", "SHA3-512", "SHA3-384", "SHA3-256", "SHA3-224", "SHA512", "SHA384", "SHA256",
    "SHA224", "SHA1", "MD5",
)  # fmt: skip
"""Those that signatures are made with, longer names before those that stand in them."""

_OTHERS = ("ripemd", "rmd", "blake", "sm3", "shake", "md4", "mdc2")


def translate(node: Node, context: Context) -> Draft:
    """Version 2 has its keys in a credential, version 1 in its parameters."""
    action = chosen(node, "action", "hash")
    shared: Json = {"operation": action, "into": context.param("dataPropertyName", "data"), "dots": False}
    if action == "generate":
        kind = KINDS[chosen(node, "encodingType", "uuid")]
        if kind == "ascii":
            context.differs("random ASCII text is of letters and digits, without control characters")
        return Draft("data.crypto", {**shared, "kind": kind, "length": context.param("stringLength", 32)})
    if node.param("binaryData") is True and action != "sign":
        shared |= {"file": context.param("binaryPropertyName", "data"), "keepFiles": False}
    else:
        shared["value"] = context.param("value", "")
    shared["encoding"] = chosen(node, "encoding", "hex").lower()
    return Draft("data.crypto", {**shared, **_keyed(node, context, action)})


def _keyed(node: Node, context: Context, action: str) -> Json:
    """The digest, and the key or where it is."""
    if action == "sign":
        found: Json = {"algorithm": digest_of(chosen(node, "algorithm", ""))}
        field, own = "privateKey", "privateKey"
    else:
        found = {"algorithm": chosen(node, "type", "MD5" if node.version < 2 else "SHA256")}
        field, own = "secret", "secret"
    if action == "hash":
        return found
    if node.version >= 2:
        return {**found, "credential": reference(node, "crypto")}
    return {**found, own: context.param(field, "")}


def digest_of(text: str) -> str:
    """The digest that one of OpenSSL's names of a signature names; raises :class:`Unsupported`."""
    plain = "".join(letter for letter in text.lower() if letter.isalnum())
    if not any(other in plain for other in _OTHERS):
        for digest in DIGESTS:
            if digest.lower().replace("-", "") in plain:
                return digest
    raise Unsupported(f"signatures with {text or 'no algorithm'} are not made here")


NODES = (NodeType("n8n-nodes-base.crypto", (1, 2), translate, "data.crypto"),)
