"""Reading what people hand to commands: JSON texts, files, items."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.base.errors import InvalidInput


def read_file(path: str) -> bytes:
    """The bytes of a file; ``-`` is standard input."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}") from error


def read_json(text: str, what: str) -> Any:
    """The value of a JSON text, or of the file that ``@FILE`` names."""
    source = read_file(text[1:]).decode("utf-8", "replace") if text.startswith("@") else text
    try:
        return json.loads(source)
    except ValueError as error:
        raise InvalidInput(f"{what} is not JSON: {error}") from error


def object_from(text: str | None, what: str) -> dict[str, Any]:
    """A JSON object; an empty one where none is given."""
    value = read_json(text, what) if text else {}
    if not isinstance(value, dict):
        raise InvalidInput(f"{what} must be a JSON object")
    return value


def micros_from(text: str | None) -> int | None:
    """Microseconds since 1970 of a time in ISO 8601; one without a zone is UTC."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no time; write it as 2026-01-31 or 2026-01-31T12:00:00Z") from error
    since = (at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(microseconds=1)


def items_from(text: str | None, what: str = "--input") -> list[dict[str, Any]]:
    """Items: an object is one, an array of objects is as many; an object that has only ``json``
    and ``binary`` is taken for an item as it is."""
    if not text:
        return []
    value = read_json(text, what)
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, dict) for one in values):
        raise InvalidInput(f"{what} must be a JSON object or an array of objects")
    return [one if _is_item(one) else {"json": one} for one in values]


def _is_item(value: dict[str, Any]) -> bool:
    return isinstance(value.get("json"), dict) and not set(value) - {"json", "binary", "pairedItem"}
