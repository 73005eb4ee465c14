"""slack: messages that are posted; whatever else it does is not translated."""

from __future__ import annotations

from typing import Any

from n8n_import.credentials import named, request_reference
from n8n_import.expressions import code, inner
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

URL = "https://slack.com/api/chat.postMessage"
KINDS = ("slackApi", "slackOAuth2Api")
OPTIONS = ("mrkdwn", "unfurl_links", "unfurl_media", "link_names")
CHECKED = "if (!$json.ok) throw new Error(`Slack answered: ${$json.error}`);\nreturn $input.item;"
"""Slack answers 200 to what it refuses, too."""


def translate(node: Node, context: Context) -> list[Draft]:
    """One message for each item, and a check of the answer."""
    resource, operation = chosen(node, "resource", "message"), chosen(node, "operation", "post")
    if (resource, operation) != ("message", "post"):
        raise Unsupported(f"of Slack only messages are posted here, not {resource}: {operation}")
    context.differs("no line at the end of a message says what sent it", "options")
    names = dict(named(node))
    kind = next((kind for kind in KINDS if kind in names), KINDS[0])
    found, _ = request_reference(kind, names.get(kind, node.name))
    if not names:
        context.note(f"no credential is chosen: fill in one named {node.name!r}", "credentials")
    asked = {
        "method": "POST",
        "url": URL,
        "auth": {"kind": "credential", "credential": found},
        "body": {"kind": "json", "value": _message(node, context)},
        "bodyOnly": True,
        "response": {"format": "json", "property": "data"},
    }
    return [Draft("http.request", asked), Draft("code.javascript", {"code": CHECKED, "mode": "each"})]


def _message(node: Node, context: Context) -> Json:
    message: Json = {"channel": _receiver(node, context), **_content(node, context)}
    for name in OPTIONS:
        if node.param(f"otherOptions.{name}") is not None:
            message[name] = context.param(f"otherOptions.{name}")
    thread = "otherOptions.thread_ts.replyValues"
    if node.param(f"{thread}.thread_ts"):
        message["thread_ts"] = context.param(f"{thread}.thread_ts")
        message["reply_broadcast"] = context.param(f"{thread}.reply_broadcast", False)
    context.ignores("otherOptions.botProfile", "otherOptions.ephemeral", "otherOptions.sendAsUser")
    return message


def _receiver(node: Node, context: Context) -> Any:
    if node.version < 2:
        return context.param("channel", "")
    name = "user" if chosen(node, "select", "channel") == "user" else "channelId"
    given = node.param(name)
    return context.param(f"{name}.value" if isinstance(given, dict) else name, "")


def _content(node: Node, context: Context) -> Json:
    content: Json = {"text": context.param("text", "")}
    if node.version < 2:
        if node.param("attachments"):
            raise Unsupported("attachments of Slack's older messages are not translated")
        return content
    kind = chosen(node, "messageType", "text")
    if kind == "block":
        parsed = f"(v => typeof v === 'string' ? JSON.parse(v) : v)({inner(node.param('blocksUi', '{}'))})"
        return {**content, "blocks": code(f"{parsed}.blocks")}
    if kind != "text":
        raise Unsupported(f"a Slack message made of {kind!r} is not translated")
    return content


NODES = (NodeType("n8n-nodes-base.slack", (1, 2, 2.1, 2.2, 2.3), translate, "http.request"),)
