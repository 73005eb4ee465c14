"""The socket for the node's log: an append-only Merkle tree over the signed heads of all its journals.

Whoever keeps a signed head of the log can demand a proof that every later one continues it: a journal
that was logged cannot be rewritten unnoticed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The node's signature over its log; see :func:`engine.audit.verifier.statements.tree_statement`."""

    size: int
    root: bytes
    at_us: int
    identity: str
    key: str
    signature: bytes


class TransparencyLog(Protocol):
    """The node's log. Hashes have 32 bytes."""

    def append(self, now_us: int, limit: int = 5_000) -> int:
        """Take in journals' heads that are not in the log yet, the newest of each journal, and sign the
        log's new head; gives how many leaves were added."""

    def head(self, size: int | None = None) -> TreeHead | None:
        """The newest head, or the one of this size; None where there is none."""

    def place(self, execution: str, sequence: int) -> int | None:
        """The leaf that covers a journal's head: that of the head itself, or of a later one of it."""

    def node(self, level: int, place: int) -> bytes:
        """The root of a complete subtree; raises :class:`CorruptData` where it is missing."""
