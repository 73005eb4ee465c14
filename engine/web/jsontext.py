"""JSON in and out of the doors: strict and bounded when read, never failing when written."""

from __future__ import annotations

import json
from typing import Any

import orjson

from engine.base.limits import JSON_DEPTH_MAX
from engine.web.problems import refuse

_WRITER_DEPTH = 254  # deepest value that orjson writes


def read_json(data: bytes) -> Any:
    """A JSON value; raises :class:`~engine.web.problems.Refused` (400) telling line and column."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise refuse(400, "bad_json", f"the body is not JSON: {error}") from error
    if data.count(b"[") + data.count(b"{") > JSON_DEPTH_MAX:
        _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    """Let the writer find what is too deep: it gives up at a fixed depth, at the speed of C."""
    for _ in range(_WRITER_DEPTH - JSON_DEPTH_MAX):
        value = [value]
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        detail = f"the JSON body is nested too deeply; at most {JSON_DEPTH_MAX} levels are allowed"
        raise refuse(400, "too_deep", detail) from error


def write_json(value: Any) -> bytes:
    """JSON text of a value; numbers and strings that JSON lacks are written as JSON.stringify would."""
    try:
        return orjson.dumps(value, default=_plain)
    except orjson.JSONEncodeError:
        return json.dumps(value, default=_plain, ensure_ascii=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": len(value)}
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    if isinstance(value, tuple):
        return list(value)
    try:
        return dict(value)
    except (TypeError, ValueError):
        return str(value)
