"""webhook and respondToWebhook: workflows that are called over HTTP."""

from __future__ import annotations

import re
from typing import Any

from n8n_import.expressions import code, inner
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node, is_number, objects

MODES = {"onReceived": "immediately", "lastNode": "lastStep", "responseNode": "respondStep"}
DATA = {"firstEntryJson": "firstItem", "allEntries": "allItems", "noData": "none"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
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
    if is_number(status):
        parameters["responseStatus"] = round(status)
    if headers := _headers(node):
        parameters["responseHeaders"] = headers
    if node.param("options.rawBody") is True:
        parameters["rawBody"] = True
    _say_what_differs(node, context)
    if len(methods) > 1 and node.param("multipleMethods") is True:
        context.differs("all methods leave by the first output", "webhooks")
    return Draft("trigger.webhook", parameters)


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
    if node.param("authentication", "none") != "none":
        context.differs("callers are not asked for credentials; check them in the flow", "webhooks")
    if node.param("responseData") == "firstEntryBinary":
        context.differs("a file as the answer needs the step webhook.respond", "webhooks")
    context.ignores("options.ipWhitelist", "options.ignoreBots", "options.responsePropertyName")


# --- answering --------------------------------------------------------------------------------------


def translate_respond(node: Node, context: Context) -> Draft:
    """``respondWith``: what the body of the answer is."""
    parameters = _answer(node, context)
    status = context.param("options.responseCode")
    if status is not None:
        parameters["status"] = status
    entries = objects(context.param("options.responseHeaders.entries"))
    headers = {str(entry["name"]): entry.get("value", "") for entry in entries if entry.get("name")}
    return Draft("webhook.respond", {**parameters, "headers": headers} if headers else parameters)


def _answer(node: Node, context: Context) -> dict[str, Any]:
    kind = node.param("respondWith", "firstIncomingItem" if node.version >= 1.1 else "json")
    match kind:
        case "firstIncomingItem":
            return {"respondWith": "firstItem"}
        case "allIncomingItems":
            return {"respondWith": "allItems"}
        case "noData":
            return {"respondWith": "noData", "status": 200}
        case "json":
            given = inner(node.param("responseBody", "{}"))
            return {
                "respondWith": "json",
                "body": code(f"(v => typeof v === 'string' ? JSON.parse(v) : v)({given})"),
            }
        case "text":
            return {"respondWith": "text", "body": context.param("responseBody", "")}
        case "redirect":
            return {"respondWith": "redirect", "location": context.param("redirectURL", "")}
        case "binary":
            return {"respondWith": "binary", "binaryField": context.param("inputFieldName", "data")}
    raise Unsupported(f"answering with {kind!r} is not done here yet")


NODES = (
    NodeType("n8n-nodes-base.webhook", (1, 1.1, 2, 2.1), translate, "trigger.webhook", trigger=True),
    NodeType(
        "n8n-nodes-base.respondToWebhook", (1, 1.1, 1.2, 1.3, 1.4, 1.5), translate_respond, "webhook.respond"
    ),
)
