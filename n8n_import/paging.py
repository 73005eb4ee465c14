"""The pages of an HTTP request node, as far as http.request has a way for them."""

from __future__ import annotations

import json
import re
from typing import Any

from n8n_import.translating import Context
from n8n_import.words import Json, Node, is_number, objects

PAGES_MAX = 1_000
_FIELD = r"\$response\.body\??\.([\w.?]+?)"
_FROM_BODY = re.compile(r"=\s*\{\{\s*" + _FIELD + r"\s*\}\}\s*\Z")
_COUNTED = re.compile(r"=\s*\{\{\s*\$pageCount\s*(?:([+*])\s*(\d{1,9}))?\s*\}\}\s*\Z")
_COMPARED = re.compile(r"=\s*\{\{\s*" + _FIELD + r"\s*===?\s*([\w\"'.-]+)\s*\}\}\s*\Z")
_MISSING = re.compile(r"=\s*\{\{\s*!\s*" + _FIELD + r"\s*\}\}\s*\Z")


def pages(node: Node, context: Context) -> Json | None:
    """``pagination`` for http.request; None, with a word in the report, for what it cannot say."""
    given = node.param("options.pagination.pagination")
    if not isinstance(given, dict) or given.get("paginationMode") == "off":
        return None
    kind = _kind(given)
    if kind is None:
        context.differs("only the first page is fetched", "pages")
        return None
    if kind["kind"] == "parameter":
        context.differs("pages end where the list at pagination.itemsPath is empty", "pages")
    if given.get("requestInterval"):
        context.differs("there is no pause between two pages", "pages")
    return {**kind, **_end(given, context), "maxPages": _most(given)}


def _kind(given: Json) -> Json | None:
    if given.get("paginationMode") == "responseContainsNextURL":
        found = _FROM_BODY.match(str(given.get("nextURL", "")))
        return {"kind": "nextUrl", "path": _path(found[1])} if found else None
    entries = objects((given.get("parameters") or {}).get("parameters"))
    if len(entries) != 1 or entries[0].get("type", "qs") not in ("qs", "body"):
        return None
    place = "body" if entries[0].get("type") == "body" else "query"
    return _one_parameter(str(entries[0].get("value", "")), str(entries[0].get("name", "")), place)


def _one_parameter(value: str, name: str, place: str) -> Json | None:
    found = _FROM_BODY.match(value)
    if found:
        return {"kind": "cursor", "path": _path(found[1]), "name": name, "place": place}
    counted = _COUNTED.match(value)
    if not counted:
        return None
    number = int(counted[2] or 0)
    start, step = (0, number) if counted[1] == "*" else (number, 1)
    return {"kind": "parameter", "name": name, "place": place, "start": start, "step": step}


def _end(given: Json, context: Context) -> Json:
    when = given.get("paginationCompleteWhen", "responseIsEmpty")
    if when == "receiveSpecificStatusCodes":
        codes = re.findall(r"\d{3}", str(given.get("statusCodesWhenComplete", "")))
        return {"stopOnStatus": [int(code) for code in codes]}
    written = str(given.get("completeExpression", ""))
    if when != "other" or _MISSING.match(written):
        return {}
    compared = _COMPARED.match(written)
    if not compared:
        context.differs("the expression that ends the pages has no effect", "pages")
        return {}
    return {"stopWhen": {"path": _path(compared[1]), "equals": _literal(compared[2])}}


def _literal(text: str) -> Any:
    try:
        return json.loads(text.replace("'", '"'))
    except ValueError:
        return text


def _most(given: Json) -> int:
    most = given.get("maxRequests", 100)
    limited = given.get("limitPagesFetched") is True and is_number(most) and most >= 1
    return min(round(most), PAGES_MAX) if limited else PAGES_MAX


def _path(written: str) -> str:
    return written.replace("?", "").strip(".")
