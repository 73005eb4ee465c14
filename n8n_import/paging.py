"""The pages of an HTTP request node: its expressions become code of http.request."""

from __future__ import annotations

import re
from typing import Any

from n8n_import.expressions import code, inner, is_expression
from n8n_import.translating import Context
from n8n_import.words import Json, Node, at, is_number, objects

PLACES = {"qs": "query", "body": "body", "headers": "headers"}
EMPTY = "Array.isArray($response.body) ? $response.body.length : !!$response.body"
REACHED = "($response.statusCode < 200 || $response.statusCode >= 300)"
PAUSE_MS_MAX = 60_000


def pages(node: Node, context: Context) -> Json | None:
    """``pagination`` for http.request; None where there are no pages."""
    given = node.param("options.pagination.pagination")
    if not isinstance(given, dict) or given.get("paginationMode") == "off":
        return None
    found: Json = {"kind": "code", "goOn": _goes_on(given, node)}
    if given.get("paginationMode") == "responseContainsNextURL":
        found["url"] = _code(given.get("nextURL", ""))
    else:
        found["values"] = [_value(one) for one in _entries(given)]
    if given.get("limitPagesFetched") is True:
        most = given.get("maxRequests", 100)
        found["maxPages"] = code(f"Math.round(Number({inner(most)})) || 100") if is_expression(most) else most
    pause = given.get("requestInterval", 0)
    if is_number(pause) and pause > 0:
        found["pauseMs"] = min(round(pause), PAUSE_MS_MAX)
    return found


def _entries(given: Json) -> list[Json]:
    entries = objects(at(given, "parameters.parameters"))
    if not entries:
        raise ValueError("its pages have no parameter that changes from one to the next")
    for number, one in enumerate(entries, 1):
        if not one.get("name") or one.get("value", "") == "":
            raise ValueError(f"the parameter {number} of its pages has no name or no value")
        if one.get("type", "qs") not in PLACES:
            raise ValueError(f"the parameter {number} of its pages goes to {one['type']!r}")
    return entries


def _value(entry: Json) -> Json:
    name = entry["name"]
    if is_expression(name):
        raise ValueError("the name of a parameter of its pages is worked out while it runs")
    return {"place": PLACES[entry.get("type", "qs")], "name": name, "code": _code(entry["value"])}


def _code(written: Any) -> str:
    """JavaScript of a parameter, without braces that would be worked out before the pages are."""
    text = inner(written)
    if text.startswith("("):
        return text.replace("{{", "{ {").replace("}}", "} }")
    return f"({text})".replace("{{", "{\\u007b").replace("}}", "}\\u007d")


def _goes_on(given: Json, node: Node) -> str:
    when = given.get("paginationCompleteWhen", "responseIsEmpty")
    if when == "responseIsEmpty":
        return f"({EMPTY})"
    if when == "receiveSpecificStatusCodes":
        codes = [int(one) for one in re.findall(r"\d+", str(given.get("statusCodesWhenComplete", "")))]
        return f"(!{codes}.includes($response.statusCode))"
    written = given.get("completeExpression", "")
    if not is_expression(written):
        raise ValueError("no expression tells the end of its pages")
    ended = f"(!{_code(written)})"
    return ended if node.param("options.response.response.neverError") is True else f"({ended} || {REACHED})"
