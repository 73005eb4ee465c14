"""The socket for blocks: bytes addressed by CID."""

from __future__ import annotations

from typing import Protocol

from engine.base.canonical import DAG_CBOR


class BlockStore(Protocol):
    """Blocks of one subnet each; the same bytes in two subnets are two blocks."""

    def put(self, subnet: str, data: bytes, codec: int = DAG_CBOR) -> str:
        """Store durably and give the CID; storing twice changes nothing."""

    def get(self, subnet: str, cid: str) -> bytes:
        """The bytes, checked against the CID.

        Raises :class:`UnknownObject` where it is missing and :class:`CorruptData` where it is broken.
        """

    def has(self, subnet: str, cid: str) -> bool: ...
    def drop(self, subnet: str, cid: str) -> None:
        """Forget a block; nothing happens where it is unknown."""

    def cids(self, subnet: str) -> list[str]:
        """All blocks of a subnet, for garbage collection."""
