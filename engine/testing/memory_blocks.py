"""A block store in memory."""

from __future__ import annotations

import threading

from engine.base.canonical import DAG_CBOR, cid_of_bytes
from engine.base.errors import CorruptData, UnknownObject
from engine.storage.blocks import codec_of


class MemoryBlocks:
    """A :class:`BlockStore` for tests and simulation; ``stored`` may be tampered with."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.stored: dict[tuple[str, str], bytes] = {}

    def put(self, subnet: str, data: bytes, codec: int = DAG_CBOR) -> str:
        """Store a block."""
        cid = cid_of_bytes(data, codec)
        with self._lock:
            self.stored[subnet, cid] = bytes(data)
        return cid

    def get(self, subnet: str, cid: str) -> bytes:
        """The bytes, checked."""
        with self._lock:
            data = self.stored.get((subnet, cid))
        codec = codec_of(cid)
        if data is None or codec is None:
            raise UnknownObject(f"there is no block {cid} in subnet {subnet!r}", cid=cid, subnet=subnet)
        if cid_of_bytes(data, codec) != cid:
            raise CorruptData(f"block {cid} is broken", cid=cid, subnet=subnet)
        return data

    def has(self, subnet: str, cid: str) -> bool:
        """Whether there is such a block."""
        with self._lock:
            return (subnet, cid) in self.stored

    def drop(self, subnet: str, cid: str) -> None:
        """Forget a block."""
        with self._lock:
            self.stored.pop((subnet, cid), None)

    def cids(self, subnet: str) -> list[str]:
        """All blocks of a subnet, sorted."""
        with self._lock:
            return sorted(cid for owner, cid in self.stored if owner == subnet)
