"""hackerNews: the public search of Hacker News, which asks for no credentials."""

from __future__ import annotations

from n8n_import.expressions import code, inner
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

BASE = "https://hn.algolia.com/api/v1/"
MOST = 1_000
"""How many hits the search gives at once, and n8n in all."""


def translate(node: Node, context: Context) -> Draft | list[Draft]:
    """By resource; a list of hits becomes items."""
    resource = chosen(node, "resource", "article")
    if resource == "all":
        return [_asked("search", _search(node, context)), Draft("data.split", {"fields": ["hits"]})]
    if resource == "user":
        return _asked(_below("users", node, "username"))
    if resource != "article":
        raise Unsupported(f"there is no resource {resource!r}")
    asked = _asked(_below("items", node, "articleId"))
    if node.param("additionalFields.includeComments") is True:
        return asked
    return [asked, Draft("data.set", {"keep": "all", "drop": ["children"]})]


def _asked(path: str, query: Json | None = None) -> Draft:
    url = path if path.startswith("{{") else f"{BASE}{path}"
    parameters: Json = {
        "method": "GET",
        "url": url,
        "bodyOnly": True,
        "response": {"format": "json", "property": "data"},
    }
    return Draft("http.request", {**parameters, **({"query": query} if query else {})})


def _below(folder: str, node: Node, name: str) -> str:
    return code(f"{BASE + folder + '/'!r} + encodeURIComponent({inner(node.param(name, ''))})")


def _search(node: Node, context: Context) -> Json:
    tags = node.param("additionalFields.tags", [])
    count = MOST if node.param("returnAll") is True else context.param("limit", 100)
    query: Json = {"hitsPerPage": count}
    if keyword := context.param("additionalFields.keyword"):
        query["query"] = keyword
    if isinstance(tags, list) and tags:
        query["tags"] = ",".join(str(tag) for tag in tags)
    return query


NODES = (NodeType("n8n-nodes-base.hackerNews", (1,), translate, "http.request"),)
