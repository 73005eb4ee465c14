"""DAG-CBOR, as much of it as journals need, and strictly: one value has one encoding.

Spec: https://ipld.io/specs/codecs/dag-cbor/spec/ (shortest integers, 64-bit floats, definite lengths, string
keys sorted by length and then bytes). Links (tag 42) do not occur in journals and are refused.
"""

from __future__ import annotations

import math
import struct
from typing import Any

DEPTH_MAX = 300
_WIDTHS = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}
"""Additional information -> how many bytes follow, and the smallest number that needs them."""
_SIMPLE = {20: False, 21: True, 22: None}


class NotCanonical(ValueError):
    """The bytes are not DAG-CBOR."""


def decode(data: bytes) -> Any:
    """The value; raises :class:`NotCanonical` where another value or none has this encoding."""
    try:
        value, end = _value(data, 0, 0)
    except (IndexError, struct.error):
        raise NotCanonical("the bytes end in the middle of a value") from None
    except UnicodeDecodeError:
        raise NotCanonical("a text is not UTF-8") from None
    if end != len(data):
        raise NotCanonical(f"{len(data) - end} bytes follow the value")
    return value


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    major, number = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return _simple(data, at, number)
    if number >= 24:
        number, at = _number(data, at, number)
    if major == 3:
        return _bytes(data, at, number).decode(), at + number
    if major == 0:
        return number, at
    if major == 5:
        return _map(data, at, number, depth + 1)
    if major == 4:
        return _list(data, at, number, depth + 1)
    if major == 2:
        return _bytes(data, at, number), at + number
    if major == 1:
        return -1 - number, at
    raise NotCanonical("a tag, which journals do not have")


def _number(data: bytes, at: int, more: int) -> tuple[int, int]:
    width, least = _WIDTHS.get(more, (0, 0))
    if not width:
        raise NotCanonical("a length that is not definite")
    if at + width > len(data):
        raise IndexError
    number = int.from_bytes(data[at : at + width], "big")
    if number < least:
        raise NotCanonical("a number that is longer than it must be")
    return number, at + width


def _bytes(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise IndexError
    return data[at : at + length]


def _list(data: bytes, at: int, length: int, depth: int) -> tuple[list[Any], int]:
    _not_too(depth)
    items = []
    for _ in range(length):
        item, at = _value(data, at, depth)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, length: int, depth: int) -> tuple[dict[str, Any], int]:
    _not_too(depth)
    items: dict[str, Any] = {}
    last = (-1, b"")
    for _ in range(length):
        if data[at] >> 5 != 3:
            raise NotCanonical("a key that is no text")
        begin = at
        key, at = _value(data, at, depth)
        raw = data[begin:at]
        if (len(raw), raw) <= last:
            raise NotCanonical(f"the key {key!r} is not in its place")
        last = (len(raw), raw)
        items[key], at = _value(data, at, depth)
    return items, at


def _not_too(depth: int) -> None:
    if depth > DEPTH_MAX:
        raise NotCanonical(f"more than {DEPTH_MAX} levels of lists and maps")


def _simple(data: bytes, at: int, number: int) -> tuple[Any, int]:
    if number in _SIMPLE:
        return _SIMPLE[number], at
    if number != 27:
        raise NotCanonical("a float that has not 64 bits, or a simple value that is not JSON's")
    (value,) = struct.unpack_from(">d", data, at)
    if not math.isfinite(value):
        raise NotCanonical("a float that is not finite")
    return value, at + 8


def encode(value: Any) -> bytes:
    """Bytes of texts, byte strings, integers of 64 bits, booleans, None, and lists and maps of them."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(3, len(text)) + text
    if isinstance(value, list | tuple):
        return _head(4, len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict):
        items = sorted(((encode(str(key)), encode(item)) for key, item in value.items()), key=_order)
        return _head(5, len(items)) + b"".join(key + item for key, item in items)
    raise TypeError(f"a {type(value).__name__} has no encoding here")


def _order(item: tuple[bytes, bytes]) -> tuple[int, bytes]:
    return len(item[0]), item[0]


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes((major << 5 | number,))
    for more, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * width:
            return bytes((major << 5 | more,)) + number.to_bytes(width, "big")
    raise OverflowError("an integer past 64 bits")
