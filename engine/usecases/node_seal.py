"""The seal on the private keys that a node holds: the node's own class of keys, under its root key."""

from __future__ import annotations

from typing import Protocol

from engine.base.errors import KeyMissing, QflowError, SealBroken
from engine.ports.cipher import IDENTITIES, NODE, Cipher, bound_to
from engine.usecases.identity_book import IdentityBook, place_of


class NodeSeal:
    """:class:`engine.ports.identities.Sealer` by the cipher that seals everything else."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def seal(self, secret: bytes, place: str) -> bytes:
        """Encrypted with the node's newest key for identities."""
        return self._cipher.seal(NODE, IDENTITIES, secret, bound_to("held key", place))

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """The secret; see :meth:`Sealer.unseal`."""
        try:
            return self._cipher.open(NODE, IDENTITIES, sealed, bound_to("held key", place))
        except SealBroken as error:
            raise SealBroken(
                "a private key that this node holds does not open: it was changed, or moved from its place; "
                "restore the table engine_held_key from a backup",
                **error.details,
            ) from error
        except KeyMissing as error:
            raise KeyMissing(
                f"the private keys of this node's identities do not open: {error.message}. The root key is "
                "in QFLOW_ROOT_KEY, or in root-key in the data directory. Private keys from before it sealed "
                "them need the former node key once: put it into the data directory as node-key and start",
                **error.details,
            ) from error


class Former(Protocol):
    """A seal that is in use no more."""

    def unsealed(self, sealed: bytes, place: str) -> bytes | None:
        """The secret; None where something else sealed these bytes."""


def reseal_held_keys(book: IdentityBook, former: Former) -> int:
    """Seal anew every private key that a former seal opens; gives how many. Each is exchanged by itself and
    only where nobody else did, so it may be broken off, repeated, and done by several processes at once.

    What neither seal opens is left: it belongs to another node, or says what is wrong when it is used.
    """
    resealed = 0
    for identity, held in book.store.every_key():
        place = place_of(identity, held.key)
        secret = former.unsealed(held.sealed, place)
        if secret is not None and not _opens(book, held.sealed, place):
            resealed += book.store.reseal(identity, held, book.sealer.seal(secret, place))
    return resealed


def _opens(book: IdentityBook, sealed: bytes, place: str) -> bool:
    try:
        book.sealer.unseal(sealed, place)
    except QflowError:
        return False
    return True
