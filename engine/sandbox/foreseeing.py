"""Steps in a row asked for in one call of the JavaScript guest (``Sandbox.foresee``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import Any

import orjson

from engine.base.errors import QflowError
from engine.base.limits import FORESIGHT_KEPT_BYTES_MAX
from engine.ports.items import Item
from engine.ports.sandbox import (
    Ahead,
    CodeRequest,
    CodeResult,
    Determinism,
    ExpressionBatch,
    ExpressionFault,
    ExpressionValues,
    Foresight,
    Foretold,
    RowAhead,
    SandboxLimits,
    Usage,
)
from engine.sandbox.host_door import HostDoor
from engine.sandbox.javascript import JavaScriptGuest
from engine.sandbox.javascript_code import code_document, result_of

JAVASCRIPT = "javascript"
_UNSEEN = Determinism(0)
"""Answers hold whatever the time is: the guest tells which asked for it."""

Prepared = Callable[[ExpressionBatch], Sequence[Any]]
"""The templates of a batch, parsed and rewritten."""


def foreseen(
    guest: JavaScriptGuest,
    prepared: Prepared,
    encoded: Callable[[Any], bytes],
    items: Sequence[Item],
    row: RowAhead,
    limits: SandboxLimits,
) -> Foresight:
    """One call for the row, up to the first step whose code is for another guest."""
    if not _is_ours(row.first):
        return Foresight()
    first = _steps([row.first], prepared)
    later = orjson.Fragment(_later(row, prepared, encoded))
    document = encoded(
        {"op": "foresee", "items": list(items), "context": row.shared, "first": first, "later": later}
    )
    with guest.machine(limits, _UNSEEN) as machine:
        reply = orjson.loads(machine.request(document))
        usage = machine.instance.usage()
    told = reply["steps"]
    shares = _shares(usage, len(told))
    answers = []
    for ahead, (given, answer), share in zip(row.calls, told, shares, strict=False):
        try:
            answers.append(Foretold(given, _answer(ahead.call, answer, share)))
        except QflowError:
            break  # the step says so itself
    return Foresight(answers, reply["looked"])


def values_of(reply: Mapping[str, Any], usage: Usage) -> ExpressionValues:
    """What the guest gave for a batch."""
    faults = [
        ExpressionFault(row, column, fault["message"], fault.get("description", ""))
        for row, column, fault in reply["errors"]
    ]
    return ExpressionValues(reply["values"], faults, usage)


def batch_document(batch: ExpressionBatch, prepared: Sequence[Any]) -> dict[str, Any]:
    """A batch as the guest takes it, with its items."""
    request: dict[str, Any] = {
        "op": "evaluate",
        "templates": prepared,
        "items": list(batch.items),
        "context": dict(batch.context),
        "zone": batch.determinism.timezone,
    }
    if batch.marked:
        request["marked"] = True
    if batch.indexes is not None:
        request["indexes"] = list(batch.indexes)
    return request


def _is_ours(ahead: Ahead) -> bool:
    return not isinstance(ahead.call, CodeRequest) or ahead.call.language == JAVASCRIPT


def _later(row: RowAhead, prepared: Prepared, encoded: Callable[[Any], bytes]) -> bytes:
    """The steps behind the first one as the guest takes them, made once."""
    later, count = row.later, row.count
    made = later.kept.get(count)
    if made is None:
        made = encoded(_steps(list(takewhile(_is_ours, later.calls[:count])), prepared))
        if len(made) <= FORESIGHT_KEPT_BYTES_MAX:
            later.kept[count] = made
    return made


def _steps(row: Sequence[Ahead], prepared: Prepared) -> dict[str, Any]:
    """Steps, with templates and rules, which several may have, in tables beside them."""
    templates: dict[str, Any] = {}
    for call in (ahead.call for ahead in row):
        if isinstance(call, ExpressionBatch) and not templates.keys() >= set(call.templates):
            templates |= zip(call.templates, prepared(call), strict=True)
    rules: list[Mapping[str, Any]] = []
    for ahead in row:
        if ahead.rule not in rules:
            rules.append(ahead.rule)
    places = {template: place for place, template in enumerate(templates)}
    steps = [_step(ahead.call, places) | {"rule": rules.index(ahead.rule)} for ahead in row]
    return {"templates": list(templates.values()), "rules": rules, "steps": steps}


def _step(call: ExpressionBatch | CodeRequest | None, places: Mapping[str, int]) -> dict[str, Any]:
    if call is None:
        return {"op": "pass"}
    if isinstance(call, CodeRequest):
        document = code_document(call)
    else:
        document = batch_document(call, [places[template] for template in call.templates])
    del document["items"]
    return document


def _answer(
    call: ExpressionBatch | CodeRequest | None, reply: Mapping[str, Any], share: Usage
) -> ExpressionValues | CodeResult | None:
    if call is None:
        return None
    if isinstance(call, CodeRequest):
        return result_of(reply, call, share, HostDoor(None, SandboxLimits()))
    return values_of(reply, share)


def _shares(usage: Usage, count: int) -> list[Usage]:
    """Equal parts of what a call used, the first with the rest; every part touched the peak of memory."""
    if not count:
        return []
    fuel, wall_us = usage.fuel // count, usage.wall_us // count
    first = Usage(usage.fuel - fuel * (count - 1), usage.memory_bytes, usage.wall_us - wall_us * (count - 1))
    return [first] + [Usage(fuel, usage.memory_bytes, wall_us)] * (count - 1)
