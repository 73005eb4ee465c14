"""The header of an execution as a row."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from engine.base.canonical import decode, encode
from engine.journal.state import Status
from engine.ports.journal_store import Header
from engine.storage.database import Row

COLUMNS = tuple(field.name for field in fields(Header))
"""The columns of ``engine_execution`` that make up a header, in the order of its fields."""

SELECTED = ", ".join(COLUMNS)

CHANGING = (
    "status",
    "updated_us",
    "sequence",
    "head",
    "current_step",
    "error",
    "wake_us",
    "started_us",
    "ended_us",
    "waits_for",
    "lease_owner",
    "lease_until_us",
    "keep_until_us",
)
"""What a commit may change; the rest was decided when the execution was created."""

_STATUS, _ERROR = COLUMNS.index("status"), COLUMNS.index("error")
_STATUSES = {status.value: status for status in Status}


def header_of(row: Row) -> Header:
    """The header from the selected columns."""
    values = list(row)
    values[_STATUS] = _STATUSES[values[_STATUS]]
    if values[_ERROR] is not None:
        values[_ERROR] = decode(bytes(values[_ERROR]))
    return Header(*values)


def values_of(header: Header, names: tuple[str, ...]) -> list[Any]:
    """The columns' values."""
    return [_value(header, name) for name in names]


def _value(header: Header, name: str) -> Any:
    value = getattr(header, name)
    if name == "error":
        return None if value is None else encode(dict(value))
    return value.value if name == "status" else value
