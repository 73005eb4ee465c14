"""Reading JSON that people typed into a parameter."""

from __future__ import annotations

from typing import Any

import orjson


def parsed_json(text: str) -> Any:
    """The value; raises ValueError that tells line and column of the mistake."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
