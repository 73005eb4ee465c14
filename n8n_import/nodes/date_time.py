"""dateTime: dates read, written, moved, compared and rounded."""

from __future__ import annotations

import re
from typing import Any

from n8n_import.expressions import converted, is_expression
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

UNITS = frozenset(
    {"years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds"}
)
OUTPUTS = {
    "getCurrentDate": "currentDate",
    "addToDate": "newDate",
    "subtractFromDate": "newDate",
    "formatDate": "formattedDate",
    "roundDate": "roundedDate",
    "extractDate": "datePart",
    "getTimeBetweenDates": "timeDifference",
}


_WHOLE = re.compile(r"=\s*\{\{((?:(?!\{\{|\}\}|;|//).)*)\}\}\s*", re.S)
_MAKES_DATES = re.compile(r"DateTime|\$now|\$today|toDateTime")
_WITH_ITS_ZONE = "((date) => date instanceof DateTime ? { at: date.toISO(), zone: date.zoneName } : date)"


def translate(node: Node, context: Context) -> Draft:
    """Version 1 formats and calculates with Moment's formats; version 2 has Luxon's."""
    return _first(node, context) if node.version < 2 else _second(node, context)


def _date(context: Context, name: str) -> Any:
    """A date; where its expression may give a DateTime, that keeps its own zone."""
    raw = context.node.param(name, "")
    whole = _WHOLE.fullmatch(raw) if isinstance(raw, str) else None
    if whole is None or not _MAKES_DATES.search(raw):
        return context.param(name, "")
    return converted(f"={{{{ {_WITH_ITS_ZONE}({whole[1].strip()}) }}}}")


def _unit(written: str) -> str:
    unit = written if written.endswith("s") else f"{written}s"
    if unit not in UNITS:
        raise Unsupported(f"the unit {written!r} is not known here")
    return unit


def _first(node: Node, context: Context) -> Draft:
    """Dates without a zone are UTC's, as on a server that runs in it."""
    shared: Json = {
        "date": context.param("value"),
        "into": context.param("dataPropertyName", "data"),
        "dots": False,
        "tokens": "moment",
        "fromFormat": context.param("options.fromFormat", ""),
        "fromZone": "UTC",
    }
    if chosen(node, "action", "format") == "calculate":
        return Draft("data.date", {**shared, **_moved(node, context), "zone": "UTC", "utc": True})
    zones = [context.param("options.fromTimezone", ""), context.param("options.toTimezone", "")]
    shared["fromZone"], shared["zone"] = zones if any(zones) else ("UTC", "UTC")
    written = context.param("toFormat", "" if node.param("custom") is True else "MM/DD/YYYY")
    return Draft("data.date", {**shared, "operation": "format", "format": written, "loose": True})


def _moved(node: Node, context: Context) -> Json:
    return {
        "operation": chosen(node, "operation", "add"),
        "amount": context.param("duration", 0),
        "unit": _unit(chosen(node, "timeUnit", "days")),
    }


def _second(node: Node, context: Context) -> Draft:
    operation = chosen(node, "operation", "getCurrentDate")
    if operation not in OUTPUTS:
        raise Unsupported(f"the operation {operation!r} is not known here")
    keeps = node.param("options.includeInputFields") is True
    shared: Json = {
        "into": context.param("outputFieldName", OUTPUTS[operation]),
        "dots": False,
        "keep": "all" if keeps else "none",
        "fromZone": "UTC",
    }
    return Draft("data.date", {**shared, **_OPERATIONS[operation](node, context)})


def _now(node: Node, context: Context) -> Json:
    includes = node.param("includeTime", True) is not False
    return {"operation": "now", "time": includes, "zone": context.param("options.timezone", "")}


def _shift(node: Node, context: Context) -> Json:
    adds = node.param("operation") == "addToDate"
    return {
        "operation": "add" if adds else "subtract",
        "date": _date(context, "magnitude"),
        "amount": context.param("duration", 0),
        "unit": _unit(chosen(node, "timeUnit", "days")),
    }


def _written(node: Node, context: Context) -> Json:
    written = context.param("format", "MM/dd/yyyy")
    if written == "custom":
        written = context.param("customFormat", "")
    flows = context.param("options.timezone", False) is True
    parsed = context.param("options.fromFormat", "")
    return {
        "operation": "format",
        "date": _date(context, "date"),
        "format": written,
        "fromFormat": parsed,
        "fromZone": "" if parsed and is_expression(node.param("date")) else "UTC",
        "zone": "" if flows else "UTC",
        "ahead": not flows,
    }


def _rounded(node: Node, context: Context) -> Json:
    up = chosen(node, "mode", "roundDown") == "roundUp"
    unit = chosen(node, "to", "month") if up else chosen(node, "toNearest", "month")
    return {"operation": "round", "date": _date(context, "date"), "unit": _unit(unit), "up": up}


def _part(node: Node, context: Context) -> Json:
    return {
        "operation": "part",
        "date": _date(context, "date"),
        "unit": _unit(chosen(node, "part", "month")),
    }


def _between(node: Node, context: Context) -> Json:
    units = node.param("units", ["day"])
    return {
        "operation": "between",
        "date": _date(context, "startDate"),
        "end": _date(context, "endDate"),
        "units": [_unit(str(unit)) for unit in (units if isinstance(units, list) else [units])],
        "iso": node.param("options.isoString") is True,
    }


_OPERATIONS = {
    "getCurrentDate": _now,
    "addToDate": _shift,
    "subtractFromDate": _shift,
    "formatDate": _written,
    "roundDate": _rounded,
    "extractDate": _part,
    "getTimeBetweenDates": _between,
}

_DIFFERS = (
    "a date of digits only is read by the From Format that is given, never as a timestamp then",
    "a missing or empty date that is moved, rounded or compared stays null or is refused, instead of 1970",
)

NODES = (NodeType("n8n-nodes-base.dateTime", (1, 2), translate, "data.date", differs=_DIFFERS),)
