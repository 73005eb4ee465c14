"""Public keys as text: multikeys, and the did:key identifiers made of them.

Specs: https://www.w3.org/TR/cid-1.0/#Multikey and https://w3c-ccg.github.io/did-key-spec/. It is base58btc
(multibase ``z``) over the multicodec ``ed25519-pub`` (``ed 01``) and the 32 bytes of the key.
"""

from __future__ import annotations

import libipld

from engine.base.errors import InvalidInput

PREFIX = b"\xed\x01"
DID = "did:key:"
_KEY_BYTES = 32
_LENGTH = 48


def multikey(public_key: bytes) -> str:
    """``z6Mk...``, 48 characters."""
    text: str = libipld.encode_multibase("z", PREFIX + public_key)
    return text


def public_key_of(text: str) -> bytes:
    """The 32 bytes of a multikey or a did:key; raises :class:`InvalidInput` for anything else."""
    text = text.removeprefix(DID)
    try:
        base, data = libipld.decode_multibase(text) if len(text) == _LENGTH else ("", b"")
    except ValueError:
        base, data = "", b""
    if base != "z" or len(data) != len(PREFIX) + _KEY_BYTES or not data.startswith(PREFIX):
        raise InvalidInput(
            "this is no Ed25519 key; a key reads z6Mk... or did:key:z6Mk..., 48 characters from z on"
        )
    return bytes(data[len(PREFIX) :])


def did_key(public_key: bytes) -> str:
    """``did:key:z6Mk...``: a key that is its own identity, and so cannot rotate."""
    return DID + multikey(public_key)
