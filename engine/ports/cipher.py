"""The sockets for encryption at rest: a cipher that seals and opens, and the keeper of its keys.

Keys stand in three rows. The node's *root keys* wrap the versioned *subnet keys*; a subnet key wraps
*data keys*: one for each execution, and one for each class of other contents. What is sealed names the
key that opens it, and is bound to the place it belongs to: moved anywhere else, it does not open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from engine.base.canonical import encode

REWRAP_BATCH = 500
"""Executions whose keys are wrapped again between two looks at the database."""

NODE = "@node"
"""The scope of what belongs to the node itself rather than to a subnet."""

BLOCKS, CREDENTIALS, EFFECTS, FLOWS, IDENTITIES, SIGNALS, USES, VALUES = (
    "blocks", "credentials", "effects", "flows", "identities", "signals", "uses", "values",
)  # fmt: skip
"""Classes of contents that have a data key of their own in each subnet."""


def bound_to(*place: str | int | bytes) -> bytes:
    """Associated data that names a place: what kind of thing, in which subnet, of which execution, where.

    Two different places never give the same bytes.
    """
    return encode(list(place))


def execution_place(subnet: str, execution: str) -> bytes:
    """What the wrapped data key of an execution is bound to."""
    return bound_to("execution key", subnet, execution)


class DataKey(Protocol):
    """A data key, opened, for as long as its holder needs it. Never logged, never stored."""

    def seal(self, data: bytes, place: bytes) -> bytes:
        """Encrypt, bound to a place (:func:`bound_to`)."""

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Decrypt; raises :class:`SealBroken` where the bytes were changed or belong elsewhere, and
        :class:`KeyMissing` where another key sealed them."""


class FreshKey(NamedTuple):
    """A new data key, and how it is stored: wrapped by the subnet's key."""

    key: DataKey
    wrapped: bytes


class Cipher(Protocol):
    """Seals and opens the contents of all subnets; thread-safe."""

    def seal(self, subnet: str, kind: str, data: bytes, place: bytes) -> bytes:
        """Encrypt with the data key of a class of contents."""

    def open(self, subnet: str, kind: str, sealed: bytes, place: bytes) -> bytes:
        """Decrypt what :meth:`seal` gave, also where the key has been rotated since.

        Raises :class:`SealBroken` or :class:`KeyMissing`.
        """

    def fresh(self, subnet: str, place: bytes, kind: str = "") -> FreshKey:
        """A data key of its own for something that may be shredded alone, wrapped by the subnet's key or
        by that of a class of contents."""

    def unwrap(self, subnet: str, wrapped: bytes, place: bytes, kind: str = "") -> DataKey:
        """The data key that :meth:`fresh` wrapped for this place."""

    def share(self, data: bytes, recipients: Mapping[str, bytes]) -> bytes:
        """An envelope that only these recipients can open: X25519 public keys (32 bytes) by name."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A wrapped key as stored. ``kind`` is empty for a subnet's own key; versions count from 1.

    A key with ``retired_us`` opens what it sealed, and seals nothing new.
    """

    subnet: str
    kind: str
    version: int
    wrapped: bytes
    created_us: int
    retired_us: int | None = None


@dataclass(frozen=True, slots=True)
class ExecutionKey:
    """The wrapped data key of an execution."""

    execution: str
    subnet: str
    wrapped: bytes


class KeyStore(Protocol):
    """Where wrapped keys lie. No key can be used without the node's root key."""

    def settled(self) -> bool:
        """Whether what is stored now stays: False within a transaction, which may yet be undone."""

    def records(self, subnet: str, kind: str) -> list[KeyRecord]:
        """All versions, oldest first."""

    def every(self) -> list[KeyRecord]:
        """All keys of all subnets."""

    def add(self, record: KeyRecord) -> bool:
        """Store a new version and retire those before it; False where that version is there already."""

    def replace(self, record: KeyRecord, wrapped: bytes) -> bool:
        """Exchange the wrapping; False where it is no longer the one in ``record``."""

    def destroy(self, record: KeyRecord) -> None:
        """Forget a key: nothing that only it opens can be read any more."""

    def execution_keys(self, after: str, limit: int) -> list[ExecutionKey]:
        """Wrapped data keys of executions whose id is above ``after``, by id; shredded ones have none."""

    def replace_execution_key(self, key: ExecutionKey, wrapped: bytes) -> bool:
        """Exchange the wrapping; False where it is no longer the one in ``key``."""


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """A key as people may see it."""

    subnet: str
    kind: str
    version: int
    id: str  # hex
    wrapped_by: str  # id of the key above it, hex
    created_us: int
    retired_us: int | None


class KeyKeeper(Protocol):
    """Rotates keys while everything goes on."""

    def status(self, subnet: str | None = None) -> list[KeyStatus]:
        """The keys of a subnet, or of all."""

    def rotate(self, subnet: str) -> int:
        """A new version of the subnet's key, which from now on is the only one that seals; gives its
        number. What older versions wrapped is wrapped again by :meth:`rewrap`."""

    def rotate_root(self) -> str:
        """A new root key of the node, with all subnet keys wrapped by it; gives its id. Raises
        :class:`WrongState` where the root key is given from outside."""

    def destroy(self, subnet: str) -> int:
        """Destroy every key of a subnet: nothing that it stored can be read any more, wherever a copy lies.
        Gives how many there were."""

    def rewrap(self, batch: int = REWRAP_BATCH) -> int:
        """Wrap everything with the newest keys, and destroy subnet keys that nothing needs any more;
        gives how many keys were wrapped again. Safe beside running work, and repeatable."""
