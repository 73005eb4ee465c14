"""Dataclasses as plain maps, with fields at their default left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from engine.base.canonical import decode, encode
from engine.base.ordered import text_of

FORM = "qflow/flow/1"
PINS = "pins"


def plain_form(value: Any) -> Any:
    """The value as maps, lists and scalars.

    Fields at their default are left out, so that a field added to the model later does not change
    the CID of older flows.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain_form(getattr(value, field.name))
            for field in fields(value)
            if getattr(value, field.name) != _default(field)
        }
    if isinstance(value, Mapping):
        return {str(key): plain_form(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_form(item) for item in value]
    return value


def canonical_form(flow: Any) -> dict[str, Any]:
    """What the version CID is over. Pinned items are JSON text in it where their keys stand in another order
    than the canonical one, since people see it; nothing else depends on the order of keys."""
    form: dict[str, Any] = {"form": FORM, **plain_form(flow)}
    extra = form.get("extra", {})
    if not extra.get(PINS):
        return form
    text = text_of(extra[PINS])
    if text == text_of(decode(encode(extra[PINS]))):
        return form
    return {**form, "extra": {**extra, PINS: text.decode()}}


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    return MISSING
