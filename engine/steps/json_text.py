"""Reading JSON that people typed into a parameter."""

from __future__ import annotations

from typing import Any

import orjson

from engine.steps.loose_json import loose_json


def parsed_json(text: str) -> Any:
    """The value; raises ValueError that tells line and column of the mistake."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error


def forgiving_json(text: str) -> Any:
    """The value, also of JSON with small mistakes; raises ValueError that tells of the first mistake."""
    try:
        return parsed_json(text)
    except ValueError as error:
        try:
            return loose_json(text, repair=True)
        except ValueError:
            raise error from None
