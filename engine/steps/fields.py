"""Parameters that several data steps share: names of fields, and whether dots lead into objects."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from engine.steps.paths import listed


def _names(value: Any) -> Any:
    return listed(value) if isinstance(value, str) else value


FieldNames = Annotated[list[str], BeforeValidator(_names)]
"""A list of field names, or text with commas between them."""

DOTS = "Whether dots in names lead into objects; else they are part of the name."
