"""Names made of hashes and keys: CIDs, multikeys and did:key.

Specs: https://github.com/multiformats/cid (version 1, base32),
https://www.w3.org/TR/cid-1.0/#Multikey (base58btc over ``ed 01`` and an Ed25519 key) and
https://w3c-ccg.github.io/did-key-spec/.
"""

from __future__ import annotations

import base64
import hashlib

DID_KEY = "did:key:"
_DAG_CBOR = b"\x01\x71\x12\x20"
_ED25519 = b"\xed\x01"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_MULTIKEY_LENGTH = 48


def cid_of(data: bytes) -> str:
    """The CID of DAG-CBOR bytes."""
    raw = _DAG_CBOR + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(raw).decode().rstrip("=").lower()


def sha256_of(cid: str) -> bytes | None:
    """The SHA-256 that a CID names; None for anything else."""
    try:
        raw = base64.b32decode(cid[1:].upper() + "=" * (-(len(cid) - 1) % 8))
    except ValueError:
        return None
    known = cid.startswith("b") and len(raw) == 36 and raw[0] == 1 and raw[2:4] == b"\x12\x20"
    return raw[4:] if known else None


def public_key_of(multikey: str) -> bytes | None:
    """The 32 bytes of an Ed25519 key; None for anything else. One key has one text."""
    if len(multikey) != _MULTIKEY_LENGTH or multikey[0] != "z":
        return None
    number = 0
    for character in multikey[1:]:
        digit = _BASE58.find(character)
        if digit < 0:
            return None
        number = number * 58 + digit
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return raw[2:] if len(raw) == 34 and raw.startswith(_ED25519) else None
