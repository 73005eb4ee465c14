"""Schemas of events: JSON Schema (draft 2020-12, or the draft that ``$schema`` names).

Patterns are matched in linear time, and references lead nowhere but into the schema itself, so a schema
from a user can neither stall the node nor make it call anybody.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jsonschema_rs

from engine.base.canonical import decode, encode
from engine.base.errors import InvalidInput, Problem
from engine.base.limits import EVENT_SCHEMA_BYTES_MAX, PROBLEMS_MAX

_CACHED = 256


def check_schema(schema: Any) -> bytes:
    """The canonical bytes of a schema; raises :class:`InvalidInput` where it is none."""
    try:
        content = encode(schema)
    except RecursionError as error:
        raise InvalidInput("a schema may not be so deeply nested") from error
    if len(content) > EVENT_SCHEMA_BYTES_MAX:
        raise InvalidInput(f"a schema may have {EVENT_SCHEMA_BYTES_MAX} bytes; this one has {len(content)}")
    _validator(content)
    return content


def check_event(content: bytes, data: Any, what: str) -> None:
    """Raise :class:`InvalidInput` with every problem of ``data`` by the schema with these bytes."""
    problems = []
    for error in _validator(content).iter_errors(data):
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
        problems.append(Problem(f"data{path}", error.message[:500], "schema"))
        if len(problems) >= PROBLEMS_MAX:
            break
    if problems:
        raise InvalidInput(f"the data does not meet the schema of {what}", problems)


@lru_cache(_CACHED)
def _validator(content: bytes) -> Any:
    schema = decode(content)
    if not isinstance(schema, dict | bool):
        raise InvalidInput("a JSON Schema is an object, or true or false")
    try:
        return jsonschema_rs.validator_for(
            schema, pattern_options=jsonschema_rs.RegexOptions(), retriever=_nowhere
        )
    except (ValueError, jsonschema_rs.ValidationError) as error:
        told = str(error).strip().splitlines()[0][:300]
        raise InvalidInput(f"this is no JSON Schema that can be used here: {told}") from error


def _nowhere(uri: str) -> Any:
    raise ValueError("references may only point into the schema itself ($defs)")
