"""The socket for other places that keep blocks."""

from __future__ import annotations

from typing import Protocol


class Replicas(Protocol):
    """Keeps blocks by CID, outside this node; it is given sealed ones only. Thread-safe."""

    def put(self, data: bytes, codec: int) -> str:
        """Store and pin, at as many places as are wanted; gives the CID. Storing twice changes nothing.

        Raises :class:`NetworkFailure` where fewer places took it.
        """

    def get(self, cid: str) -> bytes:
        """The bytes from the first place that has them whole, checked against the CID.

        Raises :class:`UnknownObject` where no place has it, :class:`NetworkFailure` where none answers.
        """

    def holders(self, cid: str) -> int:
        """How many places hold it themselves; raises :class:`NetworkFailure` where none answers."""

    def drop(self, cid: str) -> None:
        """Let it go: no place has to keep it any more. Never raises; what is away keeps it."""
