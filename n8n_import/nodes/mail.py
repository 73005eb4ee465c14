"""emailSend and emailReadImap: mail that is sent and read."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from n8n_import.expressions import code, inner, is_expression
from n8n_import.names import chosen
from n8n_import.servers import login
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

EVERY_MS = 60_000
_DATED = frozenset({"SINCE", "BEFORE", "ON", "SENTSINCE", "SENTBEFORE", "SENTON"})
_TEXTS = frozenset({"FROM", "TO", "CC", "BCC", "SUBJECT", "BODY", "TEXT", "KEYWORD", "UNKEYWORD"})


def translate_sending(node: Node, context: Context) -> Draft:
    """By format (version 2), or whatever text is given (version 1)."""
    if chosen(node, "operation", "send") != "send":
        raise Unsupported("waiting for an answer by mail is not built")
    options = "options." if node.version >= 2 else ""
    parameters: Json = {
        "server": server(context, "smtp"),
        "sender": context.param("fromEmail", ""),
        "to": context.param("toEmail", ""),
        "subject": context.param("subject", ""),
    }
    for theirs, ours in {"ccEmail": "cc", "bccEmail": "bcc"}.items():
        if node.param(options + theirs):
            parameters[ours] = context.param(options + theirs)
    if node.param("options.replyTo"):
        parameters["replyTo"] = context.param("options.replyTo")
    files = node.param(f"{options}attachments", "")
    if files:
        parameters["attachments"] = code(f"Object.keys($binary ?? {{}}).length ? {inner(files)} : ''")
    return Draft("mail.send", {**parameters, **_texts(node, context)})


def _texts(node: Node, context: Context) -> Json:
    wanted = ("text", "html")
    if node.version >= 2:
        usual = "html" if node.version >= 2.1 else "text"
        kind = chosen(node, "emailFormat", usual)
        wanted = ("text", "html") if kind == "both" else (kind,)
        if node.param("options.appendAttribution", node.version >= 2.1) is True:
            context.differs("no line about n8n is put below the mail", "mail")
    return {name: context.param(name, "") for name in wanted if node.param(name)}


def server(context: Context, kind: str) -> Json:
    """The server of the credential; its certificate is not verified where n8n's node did not."""
    found = login(context, kind)
    return (
        {**found, "verify": False} if context.node.param("options.allowUnauthorizedCerts") is True else found
    )


def translate_reading(node: Node, context: Context) -> list[Draft]:
    """A schedule, and the reading: n8n's node is told of new mail by the server."""
    context.differs("the mailbox is looked into every minute", "mail")
    context.ignores("options.forceReconnect")
    seen = chosen(node, "postProcessAction", "read") == "read"
    form = chosen(node, "format", "simple")
    parameters: Json = {
        "server": server(context, "imap"),
        "folder": context.param("mailbox", "INBOX"),
        "search": criteria(node.param("options.customEmailConfig", '["UNSEEN"]')),
        "markSeen": seen,
        "format": {"resolved": "parsed"}.get(form, form),
        "files": form == "resolved" or context.param("downloadAttachments", False),
        "prefix": _prefix(context),
    }
    steps = [Draft("trigger.schedule", {"intervalMs": EVERY_MS}), Draft("mail.read", parameters)]
    uid = code("$json.attributes?.uid ?? $json.uid")
    return steps if seen else [*steps, Draft("data.unseen", {"key": uid}, outputs=("main",))]


def _prefix(context: Context) -> Any:
    return context.param("dataPropertyAttachmentsPrefixName") or "attachment_"


def criteria(written: Any) -> str:
    """n8n's list of criteria as IMAP's text: ``["UNSEEN", ["SINCE", "May 1, 2026"]]``."""
    if is_expression(written):
        raise ValueError("the criteria are worked out while it runs, and must be fixed here")
    listed = json.loads(written) if isinstance(written, str) else written
    if not isinstance(listed, list):
        raise ValueError("the criteria are no list")
    return " ".join(_criterion(one) for one in listed) or "ALL"


def _criterion(one: Any) -> str:
    if isinstance(one, str):
        return one
    if not isinstance(one, list) or not one or not isinstance(one[0], str):
        raise ValueError("a criterion is neither a word nor a list of words")
    name = one[0].upper()
    if name.lstrip("!") == "OR":
        return "OR " + " ".join(_criterion(part) for part in one[1:])
    values = [_dated(str(value)) if name in _DATED else _value(name, value) for value in one[1:]]
    return " ".join([f"NOT {name[1:]}" if name.startswith("!") else name, *values])


def _value(name: str, value: Any) -> str:
    text = str(value)
    plain = (
        name not in (*_TEXTS, "HEADER") and text.replace(":", "").replace(",", "").replace("*", "").isalnum()
    )
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _dated(text: str) -> str:
    """A day as IMAP writes it: 1-May-2026."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    for form in ("%B %d, %Y", "%b %d, %Y", "%d-%b-%Y", "%Y-%m-%d"):
        try:
            day = datetime.strptime(text.strip()[:30], form)  # noqa: DTZ007
        except ValueError:
            continue
        return f"{day.day}-{months[day.month - 1]}-{day.year}"
    return datetime.fromisoformat(text).strftime("%d-%b-%Y")


NODES = (
    NodeType("n8n-nodes-base.emailSend", (1, 2, 2.1), translate_sending, "mail.send"),
    NodeType("n8n-nodes-base.emailReadImap", (1, 2, 2.1), translate_reading, "mail.read", trigger=True),
)
