"""rssFeedRead and its trigger: a feed is fetched, and its entries read."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import code
from n8n_import.nodes.schedule import times
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node

ACCEPT = "application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.6, application/xml;q=0.4"
"""What is asked for: feeds rather than pages."""


def translate(node: Node, context: Context) -> list[Draft]:
    """The request, and the reading of what it gives; version 1 asks once, whatever comes in."""
    request = _request(context.param("url", ""))
    if node.param("options.ignoreSSL") is True:
        request["tls"] = {"verify": False}
    reading = {"source": code("$json.data"), "fields": context.param("options.customFields") or ""}
    once = [] if node.version > 1 else [Draft("data.limit", {"count": 1, "keep": "first"})]
    return [*once, Draft("http.request", request), Draft("data.feed", reading)]


def _request(url: Any) -> Json:
    return {
        "url": url,
        "accept": ACCEPT,
        "bodyOnly": True,
        "response": {"format": "text", "property": "data"},
    }


def translate_trigger(node: Node, context: Context) -> list[Draft]:
    """A schedule, the reading, and only what no earlier execution had."""
    context.differs("the first execution gives all entries of the feed", "schedules")
    crons = list(times(node, context, "pollTimes.item")) or ["* * * * *"]
    return [
        Draft("trigger.schedule", {"cron": crons}),
        Draft("http.request", _request(context.param("feedUrl", ""))),
        Draft("data.feed", {"source": code("$json.data")}),
        Draft(
            "data.unseen", {"key": code("$json.guid ?? $json.id ?? $json.link ?? $json")}, outputs=("main",)
        ),
    ]


NODES = (
    NodeType("n8n-nodes-base.rssFeedRead", (1, 1.1, 1.2), translate, "data.feed"),
    NodeType("n8n-nodes-base.rssFeedReadTrigger", (1,), translate_trigger, "data.unseen", trigger=True),
)
