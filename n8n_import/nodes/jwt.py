"""jwt: JSON Web Tokens, read, verified and signed."""

from __future__ import annotations

from n8n_import.credentials import reference
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node

CLAIMS_UNLESS_GIVEN = {"my_field_1": "value 1", "my_field_2": "value 2"}
"""What n8n signs where JSON is chosen and nothing was written."""


def translate(node: Node, context: Context) -> Draft:
    """Claims go into the payload under the names that the node's fields have."""
    operation = chosen(node, "operation", "sign")
    parameters: Json = {"operation": operation}
    if operation != "decode":
        parameters["credential"] = reference(node, "jwtAuth")
        if algorithm := context.param("options.algorithm"):
            parameters["algorithm"] = algorithm
    if operation == "sign":
        return Draft("data.jwt", {**parameters, **_signing(node, context)})
    parameters["token"] = context.param("token", "")
    parameters["complete"] = context.param("options.complete", False)
    if operation == "verify":
        parameters["ignoreExpiration"] = context.param("options.ignoreExpiration", False)
        parameters["ignoreNotBefore"] = context.param("options.ignoreNotBefore", False)
        parameters["clockToleranceS"] = context.param("options.clockTolerance", 0)
    return Draft("data.jwt", parameters)


def _signing(node: Node, context: Context) -> Json:
    found: Json = {"keyId": context.param("options.kid", "")}
    if node.param("useJson") is True:
        return {**found, "claims": context.param("claimsJson", CLAIMS_UNLESS_GIVEN)}
    claims = context.param("claims", {})
    if "expiresIn" in claims or "notBefore" in claims:
        context.note(
            "expiresIn and notBefore become claims of these names, as in n8n; exp and nbf limit a token"
        )
    return {**found, "claims": claims}


NODES = (NodeType("n8n-nodes-base.jwt", (1,), translate, "data.jwt"),)
