"""webhook and respondToWebhook: workflows that are called over HTTP."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any

from n8n_import.credentials import named
from n8n_import.expressions import code, inner
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node, is_number, objects

MODES = {
    "onReceived": "immediately",
    "lastNode": "lastStep",
    "responseNode": "respondStep",
    "streaming": "lastStep",
}
DATA = {"firstEntryJson": "firstItem", "allEntries": "allItems", "noData": "none"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
SCHEMES = {
    "basicAuth": ("httpBasicAuth", "basic", "user:password"),
    "headerAuth": ("httpHeaderAuth", "header", "the header's value"),
    "jwtAuth": ("jwtAuth", "jwt", "the key that tokens are signed with"),
}
"""Credential, scheme and what the secret holds, for each way of asking callers who they are."""
KINDS = {credential: kind for kind, (credential, _, _) in SCHEMES.items()}
WHOLE = {
    "firstIncomingItem": "$input.first().json",
    "allIncomingItems": "$input.all().map((item) => item.json)",
}
"""What is answered, as an expression."""

PUT_INTO = "(path, value) => path.split('.').reduceRight((inside, name) => ({ [name]: inside }), value)"
SAMPLE = '{"myField": "value"}'
"""What is answered where nothing is written."""

_CREDENTIAL = re.compile(r"\$credentials\.(\w+)")
"""How some name the credential itself, ``{{ $credentials.headerAuth }}``, where the way of asking stands."""
_FOREIGN = re.compile(r"[^A-Za-z0-9._~:/-]+")


def translate(node: Node, context: Context) -> Draft:
    """The same path answers as in n8n, so that callers need not change."""
    listed = node.param("httpMethod", "GET")
    methods = [str(method).upper() for method in (listed if isinstance(listed, list) else [listed])]
    parameters: dict[str, Any] = {
        "path": _path(node, context),
        "methods": [method for method in methods if method in METHODS] or ["GET"],
        "responseMode": MODES.get(node.text("responseMode", "onReceived"), "immediately"),
        "responseData": DATA.get(node.text("responseData", "firstEntryJson"), "firstItem"),
    }
    status = node.param("responseCode", node.param("options.responseCode.values.responseCode"))
    if status == "customCode":
        status = node.param("options.responseCode.values.customCode")
    if is_number(status):
        parameters["responseStatus"] = round(status)
    if headers := _headers(node):
        parameters["responseHeaders"] = headers
    if node.param("options.rawBody") is True:
        parameters["rawBody"] = True
    parameters |= _answer_at_once(node, context) | _part_of_answer(node, context)
    if node.param("options.noResponseBody") is True and parameters["responseMode"] == "immediately":
        parameters["responseData"] = "none"
    parameters |= _admission(node, context)
    _say_what_differs(node, context)
    if node.param("multipleMethods") is not True or len(parameters["methods"]) < 2:
        return Draft("trigger.webhook", parameters)
    outputs = tuple(dict.fromkeys(method.lower() for method in parameters["methods"]))
    return Draft("trigger.webhook", {**parameters, "outputsByMethod": True}, outputs=outputs)


def _answer_at_once(node: Node, context: Context) -> dict[str, Any]:
    """What is answered before anything runs, where the node says it."""
    if node.text("responseMode", "onReceived") != "onReceived" or not node.param("options.responseData"):
        return {}
    return {"responseBody": context.param("options.responseData")}


def _part_of_answer(node: Node, context: Context) -> dict[str, Any]:
    """Which field of the last step's first item is answered, and as what."""
    last = node.text("responseMode") == "lastNode"
    if not last or node.param("responseData", "firstEntryJson") != "firstEntryJson":
        return {}
    given = {
        "responseField": node.text("options.responsePropertyName"),
        "responseType": node.text("options.responseContentType"),
    }
    return {name: value for name, value in given.items() if value}


def _admission(node: Node, context: Context) -> dict[str, Any]:
    """Who may call, and how the files of a call are named."""
    given: dict[str, Any] = {
        "authenticate": callers(node, context),
        "allowAddresses": _addresses(node.param("options.ipWhitelist")),
        "allowOrigins": [one for one in _listed(node.param("options.allowedOrigins")) if one != "*"],
        "ignoreBots": node.param("options.ignoreBots") is True,
        "binaryField": node.text("options.binaryPropertyName") if _keeps_files(node) else "",
    }
    return {name: value for name, value in given.items() if value}


def _keeps_files(node: Node) -> bool:
    """Up to version 1 a switch beside the name decided it."""
    return node.version > 1 or node.param("options.binaryData") is True


def callers(node: Node, context: Context) -> dict[str, Any] | None:
    """How callers say who they are: the credential becomes a secret of the subnet with its name, whose value
    is to be filled in."""
    kind = node.param("authentication", "none")
    written = _CREDENTIAL.search(kind) if isinstance(kind, str) else None
    kind = KINDS.get(written[1], written[1]) if written else kind
    if kind == "none":
        return None
    if kind not in SCHEMES:
        raise Unsupported(f"asking callers for {kind!r} is not done here")
    credential, scheme, value = SCHEMES[kind]
    name = dict(named(node)).get(credential, f"webhook-{scheme}")
    context.note(f"set the secret {name!r} of the subnet to {value}", "webhooks")
    if scheme == "jwt":
        context.differs("tokens must be signed with HS256, or the algorithm set in authenticate", "webhooks")
    if scheme == "header":
        context.differs("the header is X-API-Key unless authenticate names another", "webhooks")
    return {"scheme": scheme, "secrets": [name]}


def _addresses(written: Any) -> list[str]:
    """Addresses in their own words; others would let nobody in, so they make the node unsupported."""
    listed = _listed(written)
    for one in listed:
        try:
            ip_network(one, strict=False)
        except ValueError as error:
            raise Unsupported(f"the address {one!r} of the IP whitelist cannot be read") from error
    return listed


def _listed(written: Any) -> list[str]:
    return [one.strip() for one in written.split(",") if one.strip()] if isinstance(written, str) else []


def _path(node: Node, context: Context) -> str:
    path = node.text("path").strip("/") or str(node.raw.get("webhookId") or "")
    plain = _FOREIGN.sub("-", path).strip("/")
    if plain != path:
        context.differs(f"the path {path!r} is served as {plain!r}", "webhooks")
    if any(part.startswith(":") for part in plain.split("/")) and (own := node.raw.get("webhookId")):
        return f"{own}/{plain}"
    return plain or "webhook"


def _headers(node: Node) -> dict[str, str]:
    entries = objects(node.param("options.responseHeaders.entries"))
    return {str(entry["name"]): str(entry.get("value", "")) for entry in entries if entry.get("name")}


def _say_what_differs(node: Node, context: Context) -> None:
    if node.param("responseMode") == "streaming":
        context.differs("the answer is not streamed: it comes when the last step has ended", "webhooks")
    if node.param("responseData") == "firstEntryBinary":
        context.differs("a file as the answer needs the step webhook.respond", "webhooks")


# --- answering --------------------------------------------------------------------------------------


def translate_respond(node: Node, context: Context) -> Draft:
    """``respondWith``: what the body of the answer is."""
    parameters = _answer(node, context)
    status = context.param("options.responseCode")
    if status is not None:
        parameters["status"] = status
    entries = objects(context.param("options.responseHeaders.entries"))
    headers = {str(entry["name"]): entry.get("value", "") for entry in entries if entry.get("name")}
    if parameters["respondWith"] == "text" and not any(name.lower() == "content-type" for name in headers):
        headers["content-type"] = "text/html; charset=utf-8"
    if headers:
        parameters["headers"] = headers
    if node.version != 1.3 and not (node.version >= 1.4 and node.param("enableResponseOutput") is True):
        return Draft("webhook.respond", parameters)
    return Draft("webhook.respond", {**parameters, "tells": True}, outputs=("main", "response"))


def _answer(node: Node, context: Context) -> dict[str, Any]:
    kind = node.param("respondWith", "firstIncomingItem")
    field = node.param("options.responseKey")
    if kind in WHOLE and field:
        value = f"({PUT_INTO})({inner(field)}, {WHOLE[kind]})"
        return {"respondWith": "json", "body": code(value)}
    match kind:
        case "firstIncomingItem":
            return {"respondWith": "firstItem"}
        case "allIncomingItems":
            return {"respondWith": "allItems"}
        case "noData":
            return {"respondWith": "noData", "status": 200}
        case "json":
            return {"respondWith": "json", "body": context.param("responseBody", SAMPLE), "read": True}
        case "text":
            return {"respondWith": "text", "body": context.param("responseBody", "")}
        case "redirect":
            return {"respondWith": "redirect", "location": context.param("redirectURL", ""), "status": 307}
        case "binary":
            chosen_ = node.param("responseDataSource", "automatically") == "set"
            name = context.param("inputFieldName", "data") if chosen_ else ""
            return {"respondWith": "binary", "binaryField": name}
    raise Unsupported(f"answering with {kind!r} is not done here yet")


NODES = (
    NodeType("n8n-nodes-base.webhook", (1, 1.1, 2, 2.1), translate, "trigger.webhook", trigger=True),
    NodeType(
        "n8n-nodes-base.respondToWebhook", (1, 1.1, 1.2, 1.3, 1.4, 1.5), translate_respond, "webhook.respond"
    ),
)
