"""Steps in a row asked for in one call of the JavaScript guest (``Sandbox.foresee``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import Any

import orjson

from engine.base.errors import QflowError
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
    row: Sequence[Ahead],
    limits: SandboxLimits,
) -> Foresight:
    """One call for the row, up to the first step whose code is for another guest."""
    ours = list(takewhile(_is_ours, row))
    same = _same([ahead.call.context for ahead in ours if ahead.call is not None])
    steps = [_step(ahead, prepared, same) for ahead in ours]
    document = encoded({"op": "foresee", "items": list(items), "context": same, "steps": steps})
    with guest.machine(limits, _UNSEEN) as machine:
        reply = orjson.loads(machine.request(document))
        usage = machine.instance.usage()
    told = reply["steps"]
    shares = _shares(usage, len(told))
    answers = []
    for ahead, (given, answer), share in zip(row, told, shares, strict=False):
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
    request = {
        "op": "evaluate",
        "templates": prepared,
        "items": list(batch.items),
        "context": dict(batch.context),
        "zone": batch.determinism.timezone,
        "marked": batch.marked,
    }
    if batch.indexes is not None:
        request["indexes"] = list(batch.indexes)
    return request


def _is_ours(ahead: Ahead) -> bool:
    return not isinstance(ahead.call, CodeRequest) or ahead.call.language == JAVASCRIPT


def _same(contexts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What all contexts hold, to be told once."""
    first = contexts[0] if contexts else {}
    return {
        key: value
        for key, value in first.items()
        if all(key in context and context[key] == value for context in contexts)
    }


def _step(ahead: Ahead, prepared: Prepared, same: Mapping[str, Any]) -> dict[str, Any]:
    call = ahead.call
    if call is None:
        return {"op": "pass", "rule": dict(ahead.rule)}
    document = code_document(call) if isinstance(call, CodeRequest) else batch_document(call, prepared(call))
    document["context"] = {key: value for key, value in call.context.items() if key not in same}
    return document | {"rule": dict(ahead.rule)}


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
