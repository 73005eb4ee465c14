"""Canonical encoding and content identifiers.

Values are encoded as DAG-CBOR (https://ipld.io/specs/codecs/dag-cbor/spec/) and addressed by
CIDv1 with sha2-256, written in base32: the CIDs that a Kubo daemon gives for the same bytes.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import libipld

from engine.base.errors import CorruptData

DAG_CBOR = 0x71
RAW = 0x55

_PREFIX = {codec: bytes((1, codec, 0x12, 32)) for codec in (DAG_CBOR, RAW)}
_LINK = b"\xd8\x2a"
"""How a link begins, the tag 42; the same bytes may stand in texts and numbers."""

_INT_MAX, _INT_MIN = 2**64 - 1, -(2**64)


def encode(value: Any) -> bytes:
    """Encode a JSON-like value (plus bytes) as DAG-CBOR.

    What DAG-CBOR lacks is mapped as JSON.stringify would: NaN and infinities become null, lone
    surrogates become U+FFFD, tuples become lists, integers past 64 bits become floats.
    """
    try:
        encoded: bytes = libipld.encode_dag_cbor(value)
    except ValueError:
        return settle(value)[1]
    return _without_links(value) if _LINK in encoded else encoded


def settle(value: Any) -> tuple[Any, bytes]:
    """The value as it will be read back, and its encoding."""
    try:
        settled, encoded = value, libipld.encode_dag_cbor(value)
    except ValueError:
        settled = plain(value)
        encoded = libipld.encode_dag_cbor(settled)
    return settled, _without_links(settled) if _LINK in encoded else encoded


def _without_links(value: Any) -> bytes:
    """The encoding with all bytes as bytes: libipld takes those that look like a CID for a link, as one in
    some 2,700 digests does."""
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(_without_links, value))
    if isinstance(value, dict):
        keys = sorted((key.encode(), key) for key in value)
        keys.sort(key=lambda pair: len(pair[0]))
        pairs = (_head(3, len(name)) + name + _without_links(value[key]) for name, key in keys)
        return _head(5, len(value)) + b"".join(pairs)
    encoded: bytes = libipld.encode_dag_cbor(value)
    return encoded


def _head(major: int, count: int) -> bytes:
    """The first bytes of a CBOR item: its major type and a length (RFC 8949, section 3)."""
    number: bytes = libipld.encode_dag_cbor(count)
    return bytes((number[0] | major << 5,)) + number[1:]


def plain(value: Any) -> Any:
    """Copy a value with everything DAG-CBOR cannot hold replaced (see :func:`encode`)."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, bytes):
        return value
    if isinstance(value, int):
        return value if _INT_MIN <= value <= _INT_MAX else float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    raise TypeError(f"a {type(value).__name__} cannot be stored; use JSON values or bytes")


def decode(data: bytes) -> Any:
    """Decode DAG-CBOR; raises :class:`CorruptData` where the bytes are not DAG-CBOR."""
    try:
        return libipld.decode_dag_cbor(data)
    except ValueError as error:
        raise CorruptData(f"not DAG-CBOR: {error}") from error


def decode_canonical(data: bytes) -> Any:
    """Decode DAG-CBOR that is in its one canonical form; raises ValueError for anything else.

    Links are read as bytes: what was written in older times may hold some.
    """
    value = libipld.decode_dag_cbor(data)
    if libipld.encode_dag_cbor(value) != data and settle(value)[1] != data:
        raise ValueError("not in canonical form")
    return value


def digest(data: bytes) -> bytes:
    """SHA-256 of the bytes: 32 bytes."""
    return hashlib.sha256(data).digest()


def cid_of_bytes(data: bytes, codec: int = DAG_CBOR) -> str:
    """CIDv1 of encoded bytes, in base32 with its ``b`` prefix."""
    cid: str = libipld.encode_multibase("b", _PREFIX[codec] + hashlib.sha256(data).digest())
    return cid


def cid_of(value: Any) -> str:
    """CIDv1 of a value's canonical encoding."""
    return cid_of_bytes(encode(value))
