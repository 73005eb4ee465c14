"""The socket for the index of a node's blocks: what is stored, whether it is whole, where else it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol


class Spread(StrEnum):
    """Whether a block lies elsewhere, too."""

    LOCAL = "local"  # it does not have to: no other place is configured
    QUEUED = "queued"  # it will
    REPLICATED = "replicated"


@dataclass(frozen=True, slots=True)
class BlockRecord:
    """A block as the index knows it; ``cid`` is of the content, ``sealed`` of what is stored and sent."""

    subnet: str
    cid: str
    sealed: str
    size: int  # bytes, sealed
    created_us: int
    spread: Spread
    attempts: int = 0
    error: str = ""


class Amount(NamedTuple):
    """How many blocks, and how many bytes they have."""

    blocks: int
    size: int


class Piece(NamedTuple):
    """A sealed block as it travels; large contents are several."""

    data: bytes
    codec: int


class BlockShelf(Protocol):
    """The index beside :class:`engine.ports.block_store.BlockStore`."""

    def amounts(self, subnet: str | None = None) -> Mapping[Spread, Amount]:
        """How much there is, of one subnet or of all."""

    def records(self, subnet: str, after: str = "", limit: int = 500) -> Sequence[BlockRecord]:
        """By CID, those behind ``after``."""

    def discard(self, record: BlockRecord) -> bool:
        """Drop a block, unless it was stored again meanwhile."""

    def mended(self, subnet: str, cid: str) -> bool:
        """Whether a broken or missing block is whole again, fetched from elsewhere; False where it was
        whole. Raises what :meth:`BlockStore.get` raises where it is whole nowhere."""

    def queued(self, now_us: int, limit: int) -> Sequence[BlockRecord]:
        """Blocks to spread, the longest due first."""

    def pieces(self, subnet: str, cid: str) -> Sequence[Piece]:
        """What to send of a block: sealed, each with a CID of its own."""

    def spread(self, record: BlockRecord) -> None:
        """It lies elsewhere now, unless it was exchanged meanwhile."""

    def postpone(self, record: BlockRecord, until_us: int, error: str) -> None:
        """It could not be sent; try again later."""

    def queue_again(self, subnet: str, cid: str) -> None:
        """Too few other places have it: spread it again."""

    def orphans(self, subnet: str, before_us: int) -> Sequence[str]:
        """Files that no record names, older than a time."""

    def drop_orphan(self, subnet: str, sealed: str) -> None: ...

    # journals, flow versions and heads of the audit log that were packed into blocks
    def packed(self, kind: str, subnet: str, ref: str) -> tuple[int, str]:
        """Up to which sequence something is packed, and its newest block; 0 and empty at first."""

    def note_packed(self, kind: str, subnet: str, ref: str, sequence: int, cid: str) -> None:
        """It is packed up to here."""

    def to_pack(self, limit: int) -> Sequence[tuple[str, str]]:
        """Subnet and id of executions whose journal has grown since it was packed."""

    def flows_to_pack(self, limit: int) -> Sequence[tuple[str, str]]:
        """Subnet and CID of flow versions that are not packed."""

    def packs(self, subnet: str) -> Sequence[tuple[str, str, str]]:
        """Kind, ref and block of everything that is packed."""

    def forget_packs(self, kind: str, subnet: str, ref: str) -> Sequence[str]:
        """Forget what was packed of something; gives its blocks."""
