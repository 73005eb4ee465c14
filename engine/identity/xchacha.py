"""XChaCha20-Poly1305 (IETF) through libsodium: one key, and the form of what it seals.

A sealed value is::

    version (1 byte, 1) | key id (8) | nonce (24) | ciphertext and tag (16 more than the content)

The key id is the start of a SHA-256 over the key, so it commits to the key and tells nothing of it. The
nonce is random, which 192 bits allow for (draft-irtf-cfrg-xchacha, section 2). Version and key id are
authenticated together with the place that the value is bound to.
"""

from __future__ import annotations

import hashlib
import os

from nacl._sodium import ffi, lib
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt as _decrypt,
)
from nacl.exceptions import CryptoError

from engine.base.errors import KeyMissing, SealBroken

KEY_BYTES = 32
OVERHEAD_BYTES = 1 + 8 + 24 + 16
"""How much longer a sealed value is than its content."""

_VERSION = b"\x01"
_ID_END, _NONCE_END = 9, 33
_NONCE_BYTES, _TAG_BYTES = 24, 16
_ROOM, _NOTHING = ffi.typeof("unsigned char[]"), ffi.NULL


def key_id_of(key: bytes) -> bytes:
    """The id of a key: 8 bytes."""
    return hashlib.sha256(b"qflow key id\x00" + key).digest()[:8]


def fresh_key() -> bytes:
    """A new key: 32 random bytes."""
    return os.urandom(KEY_BYTES)


def sealing_key_of(sealed: bytes) -> bytes:
    """The id of the key that sealed a value; raises :class:`SealBroken` for what is no sealed value."""
    if len(sealed) < OVERHEAD_BYTES or sealed[:1] != _VERSION:
        raise SealBroken("these bytes were not sealed by this engine, or their beginning is damaged")
    return sealed[1:_ID_END]


class XChaChaKey:
    """:class:`engine.ports.cipher.DataKey` for one key of 32 bytes."""

    __slots__ = ("_head", "_key", "id")

    def __init__(self, key: bytes) -> None:
        assert len(key) == KEY_BYTES
        self._key, self.id = key, key_id_of(key)
        self._head = _VERSION + self.id

    def __repr__(self) -> str:
        return f"<key {self.id.hex()}>"

    def seal(self, data: bytes, place: bytes) -> bytes:
        """See :meth:`DataKey.seal`."""
        head, nonce = self._head, os.urandom(_NONCE_BYTES)
        return head + nonce + _encrypt(data, head + place, nonce, self._key)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """See :meth:`DataKey.open`. Whatever was changed, the error and the work are the same."""
        named = sealing_key_of(sealed)
        if named != self.id:
            message = f"this was sealed with the key {named.hex()}; the key at hand is {self.id.hex()}"
            raise KeyMissing(message, key=named.hex())
        try:
            data: bytes = _decrypt(
                sealed[_NONCE_END:], sealed[:_ID_END] + place, sealed[_ID_END:_NONCE_END], self._key
            )
        except CryptoError:
            message = f"what the key {self.id.hex()} sealed was changed, or was moved from its place"
            raise SealBroken(message, key=self.id.hex()) from None
        return data

    def wrap(self, other: bytes, place: bytes) -> bytes:
        """Another key, sealed by this one."""
        return self.seal(other, place)

    def unwrap(self, wrapped: bytes, place: bytes) -> XChaChaKey:
        """The key that :meth:`wrap` sealed."""
        return XChaChaKey(self.open(wrapped, place))

    def rewrapped(self, wrapped: bytes, place: bytes, by: XChaChaKey) -> bytes:
        """A key that this one wrapped, wrapped by another one instead."""
        return by.seal(self.open(wrapped, place), place)


def _encrypt(data: bytes, about: bytes, nonce: bytes, key: bytes) -> bytes:
    """Ciphertext and tag. libsodium itself is called: PyNaCl's own function looks at lengths that are right
    here, which takes four times as long as to seal an entry of a journal."""
    size = len(data) + _TAG_BYTES
    room = ffi.new(_ROOM, size)
    lib.crypto_aead_xchacha20poly1305_ietf_encrypt(
        room, _NOTHING, data, len(data), about, len(about), _NOTHING, nonce, key
    )
    sealed: bytes = ffi.buffer(room, size)[:]
    return sealed
