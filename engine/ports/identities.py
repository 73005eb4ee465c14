"""The sockets for identities: their key event logs, the keys that the node holds for them, and the seal
under which it holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """What is known of an identity beside its log.

    ``held``: the node holds its keys and signs for it; else only its owner can. ``label`` is unique where
    it is not empty, and names the part an identity plays here: ``node:NAME``, ``owner:SUBNET``.
    """

    id: str
    subnet: str
    subject: str  # person, service, node or role
    name: str
    held: bool
    delegator: str
    label: str
    created_us: int
    sequence: int = 0  # of the last key event
    revoked_us: int | None = None


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A private key that the node holds, sealed. One with ``retired_us`` signs nothing dated later."""

    key: str  # multikey of the public key
    sealed: bytes
    retired_us: int | None = None


class IdentityStore(Protocol):
    """Identities of all subnets. Every method that changes something is one transaction."""

    def create(self, record: IdentityRecord, event: bytes, keys: Sequence[HeldKey]) -> bool:
        """Store an identity with its inception; False where its id or label is taken."""

    def append(
        self,
        identity: str,
        sequence: int,
        event: bytes,
        *,
        revoked_us: int | None = None,
        keys: Sequence[HeldKey] | None = None,
    ) -> None:
        """Add a key event at a place; with ``keys``, those replace the ones held, and where that is none the
        record says so.

        Raises :class:`StaleRevision` where another event took the place.
        """

    def record(self, identity: str) -> IdentityRecord:
        """Raises :class:`UnknownObject`."""

    def labelled(self, label: str) -> IdentityRecord | None:
        """The identity that plays a part here."""

    def records(self, subnet: str) -> list[IdentityRecord]:
        """All of a subnet, oldest first."""

    def log(self, identity: str, after: int = -1) -> list[bytes]:
        """The signed events behind a place, in order."""

    def keys(self, identity: str) -> list[HeldKey]:
        """The keys that the node holds."""

    def forget_keys(self, identity: str, before_us: int) -> int:
        """Erase held keys that were retired before a time; gives how many."""

    def every_key(self) -> list[tuple[str, HeldKey]]:
        """All keys that the node holds, with their identities."""

    def reseal(self, identity: str, held: HeldKey, sealed: bytes) -> bool:
        """Exchange how a key is sealed; False where it is no longer as in ``held``."""

    def revision(self) -> int:
        """Grows whenever an identity changes; cheap to ask."""


class Sealer(Protocol):
    """Seals small secrets for this node alone."""

    def seal(self, secret: bytes, place: str) -> bytes:
        """Encrypted, and bound to the place it belongs to."""

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """The secret; raises :class:`CorruptData` where it was changed or moved, and :class:`KeyMissing`
        where this node has not got the key that opens it."""
