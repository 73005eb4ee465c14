"""dateTime: dates read, written, moved, compared and rounded."""

from __future__ import annotations

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


def translate(node: Node, context: Context) -> Draft:
    """Version 1 formats and calculates with Moment's formats; version 2 has Luxon's."""
    return _first(node, context) if node.version < 2 else _second(node, context)


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
        "tokens": "moment",
        "fromFormat": context.param("options.fromFormat", ""),
        "fromZone": "UTC",
    }
    if chosen(node, "action", "format") == "calculate":
        return Draft("data.date", {**shared, **_moved(node, context), "zone": "UTC", "utc": True})
    zones = [context.param("options.fromTimezone", ""), context.param("options.toTimezone", "")]
    shared["zone"] = zones[1] if any(zones) else "UTC"
    if zones[0]:
        shared["fromZone"] = zones[0]
    written = context.param("toFormat", "MM/DD/YYYY")
    return Draft("data.date", {**shared, "operation": "format", "format": written})


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
        "date": context.param("magnitude", ""),
        "amount": context.param("duration", 0),
        "unit": _unit(chosen(node, "timeUnit", "days")),
    }


def _written(node: Node, context: Context) -> Json:
    written = context.param("format", "MM/dd/yyyy")
    if written == "custom":
        written = context.param("customFormat", "")
    zone = context.param("options.timezone", False)
    return {
        "operation": "format",
        "date": context.param("date", ""),
        "format": written,
        "fromFormat": context.param("options.fromFormat", ""),
        "zone": "" if zone is True else "UTC",
    }


def _rounded(node: Node, context: Context) -> Json:
    up = chosen(node, "mode", "roundDown") == "roundUp"
    unit = chosen(node, "to", "month") if up else chosen(node, "toNearest", "month")
    return {"operation": "round", "date": context.param("date", ""), "unit": _unit(unit), "up": up}


def _part(node: Node, context: Context) -> Json:
    return {
        "operation": "part",
        "date": context.param("date", ""),
        "unit": _unit(chosen(node, "part", "month")),
    }


def _between(node: Node, context: Context) -> Json:
    units = node.param("units", ["day"])
    return {
        "operation": "between",
        "date": context.param("startDate", ""),
        "end": context.param("endDate", ""),
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

NODES = (NodeType("n8n-nodes-base.dateTime", (1, 2), translate, "data.date"),)
