"""The node's log of signed heads, in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from engine.audit.log import grown, root_at
from engine.audit.verifier.merkle import leaf_hash
from engine.audit.verifier.statements import head_statement, tree_statement
from engine.ports.proofs import SignedHead
from engine.ports.signer import Signing
from engine.ports.transparency import TreeHead

Heads = Callable[[], Mapping[str, Sequence[SignedHead]]]
"""Execution -> the signed heads of its journal, in order."""


class MemoryLog:
    """A :class:`engine.ports.transparency.TransparencyLog` over the heads that it is given."""

    def __init__(self, signing: Signing, heads: Heads) -> None:
        self._signing, self._heads = signing, heads
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._trees: list[TreeHead] = []
        self._leaves: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()

    def append(self, now_us: int, limit: int = 5_000) -> int:
        """Take in what is new."""
        with self._lock:
            size = self._trees[-1].size if self._trees else 0
            hashes: list[bytes] = []
            for execution, heads in self._heads().items():
                new = [head for head in heads if (execution, head.sequence) not in self._leaves]
                if not new:
                    continue
                for head in new:
                    self._leaves[execution, head.sequence] = size + len(hashes)
                last = new[-1]
                hashes.append(leaf_hash(head_statement(execution, last.sequence, last.hash, last.at_us)))
            if hashes:
                self._nodes |= grown(self.node, size, hashes)
                self._sign(size + len(hashes), now_us)
            return len(hashes)

    def _sign(self, size: int, now_us: int) -> None:
        root, signer = root_at(self.node, size), self._signing(now_us)
        signature = signer.sign(tree_statement(size, root, now_us))
        self._trees.append(TreeHead(size, root, now_us, signer.identity, signer.key, signature))

    def head(self, size: int | None = None) -> TreeHead | None:
        """A signed head."""
        return next((tree for tree in reversed(self._trees) if size in (None, tree.size)), None)

    def place(self, execution: str, sequence: int) -> int | None:
        """A leaf."""
        return self._leaves.get((execution, sequence))

    def node(self, level: int, place: int) -> bytes:
        """A node."""
        return self._nodes[level, place]
