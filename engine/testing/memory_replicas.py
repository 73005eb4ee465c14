"""Replicas in memory, which may be away, lie or lose what they have."""

from __future__ import annotations

from engine.base.canonical import cid_of_bytes
from engine.base.errors import NetworkFailure, UnknownObject


class MemoryReplicas:
    """A :class:`Replicas` for tests; ``stored`` may be tampered with."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.away = False

    def _ask(self) -> None:
        if self.away:
            raise NetworkFailure("the replica does not answer")

    def put(self, data: bytes, codec: int) -> str:
        """Store a block."""
        self._ask()
        cid = cid_of_bytes(data, codec)
        self.stored[cid] = bytes(data)
        return cid

    def get(self, cid: str) -> bytes:
        """The bytes."""
        self._ask()
        if cid not in self.stored:
            raise UnknownObject(f"no replica has the block {cid}", cid=cid)
        return self.stored[cid]

    def holders(self, cid: str) -> int:
        """One or none."""
        self._ask()
        return int(cid in self.stored)

    def drop(self, cid: str) -> None:
        """Let it go."""
        if not self.away:
            self.stored.pop(cid, None)
