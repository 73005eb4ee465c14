"""The header of an execution as a row."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from engine.base.canonical import decode, encode
from engine.journal.state import Status
from engine.ports.cipher import Cipher
from engine.ports.journal_store import Header
from engine.storage.database import Row
from engine.storage.vault import Vault

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
    "custom",
)
"""What a commit may change; the rest was decided when the execution was created."""

SEALED = ("error", "custom")
"""Columns whose contents only whoever has the execution's data key can read."""

_STATUS = COLUMNS.index("status")
_ID, _SUBNET = COLUMNS.index("id"), COLUMNS.index("subnet")
_STATUSES = {status.value: status for status in Status}


def header_of(row: Row, cipher: Cipher, wrapped: bytes | None) -> Header:
    """The header from the selected columns, and the execution's wrapped data key."""
    values = list(row)
    values[_STATUS] = _STATUSES[values[_STATUS]]
    for name in SEALED:
        place = COLUMNS.index(name)
        if values[place] is not None:
            vault = Vault.opened(cipher, values[_SUBNET], values[_ID], wrapped)
            values[place] = decode(vault.open(name, bytes(values[place])))
    return Header(*values)


def seal(values: list[Any], names: tuple[str, ...], vault: Vault) -> None:
    """Seal the error and the custom data among the columns' values, in place."""
    for name in SEALED:
        place = names.index(name)
        if values[place] is not None:
            values[place] = vault.seal(name, values[place])


def values_of(header: Header, names: tuple[str, ...]) -> list[Any]:
    """The columns' values."""
    return [_value(header, name) for name in names]


def _value(header: Header, name: str) -> Any:
    value = getattr(header, name)
    if name in SEALED:
        return None if value is None else encode(dict(value))
    return value.value if name == "status" else value
