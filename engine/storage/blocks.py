"""Blocks as files: ``<root>/<subnet>/<shard>/<cid>``, written whole or not at all, checked when read."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from base64 import b32decode
from pathlib import Path

from engine.base.canonical import DAG_CBOR, RAW, cid_of_bytes
from engine.base.errors import CorruptData, UnknownObject

_CID = re.compile(r"b[a-z2-7]{58}")
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def codec_of(cid: str) -> int | None:
    """The codec of a CID as this engine writes them; None for anything else."""
    if not _CID.fullmatch(cid):
        return None
    head = b32decode(cid[1:9].upper())  # 5 bytes: version, codec, hash function, length, first of the hash
    known = head[0] == 1 and head[1] in (DAG_CBOR, RAW) and head[2:4] == b"\x12\x20"
    return head[1] if known else None


class FileBlockStore:
    """:class:`engine.ports.block_store.BlockStore` in a directory.

    ``sync`` False leaves it to the operating system when bytes reach the disk: faster, and a power cut
    may lose blocks that a journal names.
    """

    def __init__(self, root: Path | str, *, sync: bool = True) -> None:
        self._root, self._sync = Path(root), sync

    def put(self, subnet: str, data: bytes, codec: int = DAG_CBOR) -> str:
        """See :meth:`BlockStore.put`; a broken block of the same CID is mended."""
        cid = cid_of_bytes(data, codec)
        path = self._path(subnet, cid)
        if not _holds(path, data):
            self._write(path, data)
        return cid

    def get(self, subnet: str, cid: str) -> bytes:
        """See :meth:`BlockStore.get`."""
        codec = codec_of(cid)
        try:
            data = self._path(subnet, cid).read_bytes() if codec is not None else None
        except FileNotFoundError:
            data = None
        if codec is None or data is None:
            raise UnknownObject(f"there is no block {cid} in subnet {subnet!r}", cid=cid, subnet=subnet)
        if cid_of_bytes(data, codec) != cid:
            message = f"block {cid} is broken on disk; drop it, and fetch it again or restore a backup"
            raise CorruptData(message, cid=cid, subnet=subnet)
        return data

    def has(self, subnet: str, cid: str) -> bool:
        """Whether there is such a block; it is not read."""
        return codec_of(cid) is not None and self._path(subnet, cid).is_file()

    def drop(self, subnet: str, cid: str) -> None:
        """See :meth:`BlockStore.drop`."""
        if codec_of(cid) is not None:
            self._path(subnet, cid).unlink(missing_ok=True)

    def cids(self, subnet: str) -> list[str]:
        """See :meth:`BlockStore.cids`; sorted."""
        found = (path.name for path in self._folder(subnet).glob("*/*"))
        return sorted(name for name in found if codec_of(name) is not None)

    def ages(self, subnet: str) -> list[tuple[str, int]]:
        """All blocks of a subnet, and when each was written, in microseconds since 1970."""
        found = []
        for path in self._folder(subnet).glob("*/*"):
            try:
                found.append((path.name, path.stat().st_mtime_ns // 1000))
            except FileNotFoundError:
                continue  # dropped meanwhile
        return [(name, at_us) for name, at_us in found if codec_of(name) is not None]

    def _folder(self, subnet: str) -> Path:
        """A folder of its own for every subnet, whatever its id is made of (and file systems that do not
        tell cases apart)."""
        if _PLAIN_NAME.fullmatch(subnet):
            return self._root / subnet
        return self._root / f"={hashlib.sha256(subnet.encode()).hexdigest()}"

    def _path(self, subnet: str, cid: str) -> Path:
        return self._folder(subnet) / cid[-2:] / cid

    def _write(self, path: Path, data: bytes) -> None:
        """Beside its place first: a reader sees all of it or nothing, whenever the process dies."""
        new = not path.parent.is_dir()
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if self._sync:
                    os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        if self._sync:
            _sync_folder(path.parent)
            if new:
                _sync_folder(path.parent.parent)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
