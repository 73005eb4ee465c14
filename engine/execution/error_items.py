"""The items with which a flow goes on after an error (``on_error``)."""

from __future__ import annotations

from typing import Any

from engine.base.errors import ErrorInfo
from engine.flow.model import FAILURE, Step
from engine.ports.step_catalogue import Item, PortItems


def failed_items(step: Step, info: ErrorInfo, given: list[Item], *, brief: bool) -> list[Item]:
    """An item with the error for every item that the failed step was given.

    ``brief``: ``error`` is the message alone, as in n8n, and stands beside the item's own fields only
    where errors have a port of their own; else it is an object and always does.
    """
    error: Any = info.message if brief else _public(info)
    alone = brief and step.on_error == "continue"
    return [
        {
            **({} if alone else item),
            "json": {"error": error} if alone else {**item["json"], "error": error},
            "pairedItem": {"item": index},
        }
        for index, item in enumerate(given or [{"json": {}}])
    ]


def failures_apart(step: Step, outputs: PortItems, given: list[Item], *, brief: bool) -> PortItems:
    """Outputs with the items that bear an ``error`` (see :mod:`engine.steps.item_errors`) on the port
    ``failure``, if that is where errors go, beside the fields of the item that they came from.

    ``brief``: so are items whose only fields are ``error``, or that and ``message``, as in n8n.
    """
    apart = step.on_error == "failure"
    bears = _tells_of_error if brief and apart else _bears_error
    if not any(bears(item) for items in outputs.values() for item in items):
        return outputs
    if not apart:
        return {port: [_plain(item) for item in items] for port, items in outputs.items()}
    good = {port: [item for item in items if not bears(item)] for port, items in outputs.items()}
    failed = [_whole(item, given) for items in outputs.values() for item in items if bears(item)]
    kept = {port: items for port, items in good.items() if items or not outputs[port]}
    return {**kept, FAILURE: failed}


def _bears_error(item: Item) -> bool:
    return "error" in item


def _tells_of_error(item: Item) -> bool:
    json = item["json"]
    alone = bool(json.get("error")) and (len(json) == 1 or (len(json) == 2 and bool(json.get("message"))))
    return alone or _bears_error(item)


def _plain(item: Item) -> Item:
    return {key: value for key, value in item.items() if key != "error"}


def _whole(item: Item, given: list[Item]) -> Item:
    paired = item.get("pairedItem")
    index = paired.get("item") if isinstance(paired, dict) and not paired.get("input") else None
    whole = _plain(item)
    if isinstance(index, int) and 0 <= index < len(given):
        whole["json"] = {**given[index]["json"], **item["json"]}
    return whole


def _public(info: ErrorInfo) -> dict[str, Any]:
    return {"type": info.type, "code": info.code, "message": info.message, "step": info.step}
