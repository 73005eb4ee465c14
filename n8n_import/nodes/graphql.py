"""graphql: a query is sent to a GraphQL server over HTTP."""

from __future__ import annotations

from n8n_import.expressions import converted
from n8n_import.names import chosen
from n8n_import.nodes.http_request import authentication
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node, objects


def translate(node: Node, context: Context) -> Draft:
    """By method and format of the request."""
    headers = {
        str(entry["name"]): converted(entry.get("value", ""))
        for entry in objects(node.param("headerParametersUi.parameter"))
        if entry.get("name")
    }
    send = _way(node)
    parameters: Json = {
        "url": context.param("endpoint", ""),
        "query": context.param("query", ""),
        "send": send,
        "headers": headers,
    }
    if send == "json":
        parameters["variables"] = context.param("variables", {})
        parameters["operationName"] = context.param("operationName") or ""
    if chosen(node, "responseFormat", "json") == "string":
        parameters["textInto"] = context.param("dataPropertyName", "data")
    if node.param("allowUnauthorizedCerts") is True:
        parameters["tls"] = {"verify": False}
    if auth := authentication(node, context):
        parameters["auth"] = auth
    return Draft("graphql.request", parameters)


def _way(node: Node) -> str:
    if chosen(node, "requestMethod", "POST") == "GET":
        return "address"
    usual = "graphql" if node.version < 1.1 else "json"
    return "text" if chosen(node, "requestFormat", usual) == "graphql" else "json"


NODES = (NodeType("n8n-nodes-base.graphql", (1, 1.1), translate, "graphql.request"),)
