"""How data.unseen runs: digests of what came before are kept with the flow."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from engine.base.canonical import encode
from engine.base.errors import InvalidInput, StaleRevision, StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_unseen.manifest import MANIFEST, UnseenParameters
from engine.steps.provenance import from_item
from engine.steps.values import text_of

DIGEST_BYTES = 16
_TRIES = 20
"""Executions that remember at once: one of them wins each time, so that all do within as many tries."""


class UnseenStep(StepType):
    """New items leave by ``main``, the others by ``duplicates``. Within one list equal items are equally new.

    What a run added is remembered apart, so that a run which was broken off and is tried again finds the
    same items new.
    """

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` where the node keeps nothing, and :class:`InvalidInput` for keys that
        are no number or date where one is asked for."""
        given: UnseenParameters = context.parameters()
        place = f"unseen:{given.by}:{'' if given.scope == 'flow' else context.step.id}"
        if given.operation == "clear":
            for by in ("value", "number", "date"):
                _values(context).delete(place.replace(f":{given.by}:", f":{by}:"))
            return StepResult({MAIN: context.items})
        if not context.items:
            return StepResult({MAIN: []})
        keys = [context.parameters(index).key for index in range(len(context.items))]
        if given.by == "value":
            keys = ["" if key is None else text_of(key) for key in keys] if given.keys == "text" else keys
            fresh = _remember(context, place, _new_values(context, keys, given.remember))
        else:
            numbers = [_number(key, given.by, context) for key in keys]
            fresh = _remember(context, place, _above(context, numbers))
        return _parted(context.items, fresh)


Change = Callable[[dict[str, Any]], tuple[dict[str, Any], list[bool]]]
"""From what is remembered to what will be, and which items are new."""


def _remember(context: StepContext, place: str, change: Change) -> list[bool]:
    values = _values(context)
    for _ in range(_TRIES):
        held, revision = values.get(place)
        new, fresh = change(held or {})
        try:
            values.put(place, new, revision)
            return fresh
        except StaleRevision:
            continue
    raise StepFailure("too many executions of the flow remember at the same time; try again", retryable=True)


def _new_values(context: StepContext, keys: Sequence[Any], most: int) -> Change:
    digests = [sha256(encode(key)).digest()[:DIGEST_BYTES] for key in keys]

    def change(held: dict[str, Any]) -> tuple[dict[str, Any], list[bool]]:
        seen = _split(held.get("seen", b""))
        if held.get("run") == context.idempotency_key:
            added = set(_split(held["added"]))
            seen = [one for one in seen if one not in added]
        known = set(seen)
        added_now = list(dict.fromkeys(one for one in digests if one not in known))
        kept = [*seen, *added_now][-most:]
        new = {"seen": b"".join(kept), "added": b"".join(added_now), "run": context.idempotency_key}
        return new, [one not in known for one in digests]

    return change


def _above(context: StepContext, numbers: Sequence[float]) -> Change:
    def change(held: dict[str, Any]) -> tuple[dict[str, Any], list[bool]]:
        again = held.get("run") == context.idempotency_key
        before = held.get("before" if again else "top")
        fresh = [before is None or number > before for number in numbers]
        top = max([*numbers, *([] if before is None else [before])])
        return {"top": top, "before": before, "run": context.idempotency_key}, fresh

    return change


def _number(key: Any, by: str, context: StepContext) -> float:
    if by == "date":
        return _moment(key, context)
    try:
        number = math.nan if isinstance(key, bool) or key is None else float(key)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInput(f"key must be a number for every item, and is {str(key)[:80]!r}")
    return number


def _moment(key: Any, context: StepContext) -> float:
    """Seconds since 1970; a date without an offset is in the flow's zone."""
    try:
        moment = datetime.fromisoformat(str(key))
    except ValueError:
        raise InvalidInput(f"key must be an ISO 8601 date for every item, and is {str(key)[:80]!r}") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(context.timezone))
    return moment.astimezone(UTC).timestamp()


def _split(data: bytes) -> list[bytes]:
    return [data[start : start + DIGEST_BYTES] for start in range(0, len(data), DIGEST_BYTES)]


def _values(context: StepContext) -> Any:
    if context.kept is None:
        raise StepFailure("this node keeps no values for flows")
    return context.kept


def _parted(items: Sequence[Item], fresh: Sequence[bool]) -> StepResult:
    ports: dict[str, list[Item]] = {MAIN: [], "duplicates": []}
    for index, (item, new) in enumerate(zip(items, fresh, strict=True)):
        ports[MAIN if new else "duplicates"].append(from_item(item, index))
    return StepResult({port: found for port, found in ports.items() if found or port == MAIN})
