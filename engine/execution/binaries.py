"""Files of items as blocks: small ones are one block, large ones a list of parts."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from engine.base.canonical import DAG_CBOR, RAW, decode, encode
from engine.base.errors import PayloadTooLarge, StepFailure
from engine.ports.binaries import entry_of, type_of_head, type_of_name
from engine.ports.block_store import BlockStore
from engine.ports.step_catalogue import Blocks, Item

PART_BYTES = 1024 * 1024
"""Size of a part; Kubo and bitswap carry blocks of up to 2 MiB."""

HEAD_BYTES = 4096
"""How much of a file without a telling name is looked at for its type."""

_LIST_PREFIX = "bafyr"
"""How CIDs of DAG-CBOR blocks begin; those of bytes begin with ``bafkr``."""


class SubnetBlocks:
    """The block store as steps of one subnet see it."""

    def __init__(self, blocks: BlockStore, subnet: str) -> None:
        self._blocks, self._subnet = blocks, subnet

    def put(self, data: bytes, codec: int = RAW) -> str:
        return self._blocks.put(self._subnet, data, codec)

    def get(self, cid: str) -> bytes:
        return self._blocks.get(self._subnet, cid)


class BlockBinaries:
    """:class:`engine.ports.binaries.Binaries` on the blocks of a subnet."""

    def __init__(self, blocks: Blocks, bytes_max: int) -> None:
        self._blocks, self._bytes_max = blocks, bytes_max

    def put(self, data: bytes | BinaryIO, *, mime_type: str = "", file_name: str = "") -> dict[str, Any]:
        """See :meth:`Binaries.put`."""
        stream = io.BytesIO(data) if isinstance(data, bytes) else data
        parts: list[str] = []
        size = 0
        head = b""
        for part in _parts(stream):
            head = head or part[:HEAD_BYTES]
            size += len(part)
            if size > self._bytes_max:
                raise PayloadTooLarge(f"a file of more than {self._bytes_max} bytes (binary_bytes_max)")
            parts.append(self._blocks.put(part, RAW))
        cid = parts[0] if len(parts) == 1 else self._blocks.put(_list_of(parts, size), DAG_CBOR)
        kind = mime_type or type_of_name(file_name) or type_of_head(head)
        return entry_of(cid, size, kind, file_name)

    def open(self, entry: Mapping[str, Any]) -> BinaryIO:
        """See :meth:`Binaries.open`."""
        cid = entry.get("id")
        if not isinstance(cid, str) or not cid:
            return io.BytesIO(_inline(entry))
        if not cid.startswith(_LIST_PREFIX):
            return io.BytesIO(self._blocks.get(cid))
        listed = decode(self._blocks.get(cid))
        return io.BufferedReader(_PartReader(self._blocks, listed["parts"], listed["size"]), PART_BYTES)


def _parts(stream: BinaryIO) -> Iterator[bytes]:
    """Parts of the full size, and the rest; an empty file is one empty part."""
    part = _filled(stream)
    yield part
    while len(part) == PART_BYTES:
        part = _filled(stream)
        if part:
            yield part


def _filled(stream: BinaryIO) -> bytes:
    """A whole part, however little the stream gives at a time."""
    pieces, missing = [], PART_BYTES
    while missing and (piece := stream.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def _list_of(parts: Sequence[str], size: int) -> bytes:
    return encode({"parts": list(parts), "size": size})


def _inline(entry: Mapping[str, Any]) -> bytes:
    data = entry.get("data")
    if not isinstance(data, str):
        raise StepFailure("the file has neither an id nor data")
    try:
        return b64decode(data, validate=True)
    except ValueError as error:
        raise StepFailure(f"the file's data is not base64: {error}") from error


class _PartReader(io.RawIOBase):
    """Reads parts one after the other; holds one of them at a time."""

    def __init__(self, blocks: Blocks, parts: Sequence[str], size: int) -> None:
        self._blocks, self._parts, self._size = blocks, parts, size
        self._at, self._held, self._part = 0, -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        number, start = divmod(self._at, PART_BYTES)
        if self._at >= self._size:
            return 0
        if number != self._held:
            self._part, self._held = self._blocks.get(self._parts[number]), number
        piece = self._part[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


# --- items ------------------------------------------------------------------------------------------


def with_stored_files(items: list[Item], binaries: BlockBinaries) -> list[Item]:
    """The items with files that came as base64 stored as blocks."""
    if not any("binary" in item for item in items):
        return items
    return [_stored(item, binaries) if item.get("binary") else item for item in items]


def _stored(item: Item, binaries: BlockBinaries) -> Item:
    files = item["binary"]
    if not isinstance(files, dict) or not any(_is_inline(entry) for entry in files.values()):
        return item
    return {**item, "binary": {k: _kept(v, binaries) if _is_inline(v) else v for k, v in files.items()}}


def _is_inline(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("data"), str) and not entry.get("id")


def _kept(entry: dict[str, Any], binaries: BlockBinaries) -> dict[str, Any]:
    data = _inline(entry)
    kept = binaries.put(data, mime_type=_text(entry, "mimeType"), file_name=_text(entry, "fileName"))
    return {**kept, **{key: value for key, value in entry.items() if key not in ("data", *kept)}}


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def with_inline_files(items: Sequence[Item], binaries: BlockBinaries, bytes_max: int) -> list[Item]:
    """The items with the bytes of their small files as base64 in ``data``, for whoever has no blocks."""
    return [_inlined(item, binaries, bytes_max) if item.get("binary") else item for item in items]


def _inlined(item: Item, binaries: BlockBinaries, bytes_max: int) -> Item:
    files = {}
    for name, entry in item["binary"].items():
        small = isinstance(entry, dict) and entry.get("id") and entry.get("bytes", 0) <= bytes_max
        files[name] = {**entry, "data": b64encode(binaries.open(entry).read()).decode()} if small else entry
    return {**item, "binary": files}
