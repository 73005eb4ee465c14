"""JSON that keeps the order of its keys, inside canonical DAG-CBOR.

DAG-CBOR sorts the keys of maps, while people see and use the order of an object's keys: as columns of
tables, in JSON text, in what code enumerates. What users made is therefore kept as compact JSON text
(RFC 8259, UTF-8) with the keys in their order, in a byte string of DAG-CBOR. The same value in the same
order gives the same bytes, and so the same CID.
"""

from __future__ import annotations

import json
from typing import Any

import libipld
import orjson

from engine.base.canonical import decode, encode, plain
from engine.base.errors import CorruptData

_INT64_MIN = -(2**63)


def text_of(value: Any) -> bytes:
    """The JSON text of a value; raises :class:`TypeError` for bytes and what else is no JSON value."""
    return settle_text(value)[1]


def settle_text(value: Any) -> tuple[Any, bytes]:
    """The value as it will be read back, and its JSON text.

    What JSON lacks is mapped as :func:`engine.base.canonical.plain` does. Tuples are written as lists, and
    stay tuples in the value unless something else in it had to be mapped.
    """
    try:
        text = orjson.dumps(value)
        if b"null" in text:
            libipld.encode_dag_cbor(value)  # refuses the numbers that became null
        return value, text
    except (TypeError, ValueError):
        settled = _with_known_integers(plain(value))
        return settled, _written(settled)


def _written(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # deeper than orjson writes; anything else fails here as well
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _with_known_integers(value: Any) -> Any:
    """Integers that do not fit into 64 bits as floats."""
    if isinstance(value, dict):
        return {key: _with_known_integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_known_integers(item) for item in value]
    return float(value) if type(value) is int and value < _INT64_MIN else value


def value_of(text: bytes) -> Any:
    """Read JSON text; raises :class:`CorruptData` for anything else."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _deep_value(text)


def _deep_value(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CorruptData(f"not JSON: {error}") from error


def pack(value: Any) -> bytes:
    """DAG-CBOR ``{"json": text}`` of a value.

    One with bytes in it becomes ``{"cbor": encoding}``, without the order of its keys.
    """
    try:
        return encode({"json": text_of(value)})
    except TypeError:
        return encode({"cbor": encode(value)})


def packed(text: bytes) -> bytes:
    """The packed form of a value by its JSON text."""
    return encode({"json": text})


def unpack(data: bytes) -> Any:
    """Read what :func:`pack` wrote, or :func:`engine.base.canonical.encode` in older times."""
    value = decode(data)
    match value:
        case {"json": bytes() as text} if len(value) == 1:
            return value_of(text)
        case {"cbor": bytes() as encoding} if len(value) == 1:
            return decode(encoding)
    return value
