"""The socket for files that travel with items: their bytes are blocks, items hold what is known of them.

An entry of an item's ``binary`` is ``{"mimeType", "fileType", "fileExtension", "fileName", "fileSize",
"bytes", "id"}``: ``fileSize`` is for people (``1.04 kB``), ``bytes`` their number, and ``id`` the CID of
the bytes, or of the list of their parts. What is not known is left out. An entry that came from outside may
hold its bytes as base64 in ``data`` instead of an ``id``.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Mapping
from mimetypes import MimeTypes
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Protocol

OCTETS = "application/octet-stream"

_TYPES = MimeTypes(filenames=())
for _ending, _kind in {
    ".ics": "text/calendar",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".rtf": "application/rtf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".zip": "application/zip",
    ".gz": "application/gzip",
    ".7z": "application/x-7z-compressed",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".epub": "application/epub+zip",
    ".flac": "audio/x-flac",
    ".jsonld": "application/ld+json",
    ".m4a": "audio/mp4",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ogg": "audio/ogg",
    ".otf": "font/otf",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".rar": "application/vnd.rar",
    ".ttf": "font/ttf",
    ".wav": "audio/wav",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}.items():
    _TYPES.add_type(_kind, _ending)

_TYPES.encodings_map.clear()  # x.csv.gz is a gzip file, not a table

_ENDINGS = {"image/jpeg": "jpeg", "text/plain": "txt", "application/xml": "xml"}
_HEADS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/x-flac"),
    (b"ID3", "audio/mpeg"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"{\\rtf", "application/rtf"),
    (b"<?xml ", "application/xml"),
)
"""How files of a type begin, from the registrations of the types."""

_UNITS = ("B", "kB", "MB", "GB", "TB")


class Binaries(Protocol):
    """Files of one subnet; they are written and read in parts, never whole in memory."""

    def put(self, data: bytes | BinaryIO, *, mime_type: str = "", file_name: str = "") -> dict[str, Any]:
        """Store bytes, or what a stream gives, and give the entry for an item. Without a media type the
        file's name tells it, or else its first bytes. Raises :class:`PayloadTooLarge` above
        ``binary_bytes_max``."""

    def open(self, entry: Mapping[str, Any]) -> BinaryIO:
        """A stream of the bytes that can be searched in.

        Raises :class:`StepFailure` for an entry without bytes, and what :meth:`BlockStore.get` raises.
        """


def entry_of(cid: str, size: int, mime_type: str = "", file_name: str = "") -> dict[str, Any]:
    """The entry for bytes that are stored already."""
    kind = mime_type.partition(";")[0].strip().lower() or type_of_name(file_name) or OCTETS
    entry = {
        "mimeType": kind,
        "fileType": _group(kind),
        "fileExtension": PurePosixPath(file_name).suffix[1:] or _ending_of(kind),
        "fileName": file_name,
        "fileSize": size_text(size),
    }
    return {**{name: value for name, value in entry.items() if value}, "bytes": size, "id": cid}


def type_of_name(file_name: str) -> str:
    """The media type that a file's name speaks of; empty where it does not."""
    return _TYPES.guess_type(file_name)[0] or ""


def type_of_head(head: bytes) -> str:
    """The media type that a file's first bytes speak of: text where they are UTF-8, or empty."""
    for begin, kind in _HEADS:
        if head.startswith(begin) and (begin != b"BM" or b"\0" in head[:14]):
            return kind
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if head[8:12] == b"WEBP" else "audio/wav"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    try:
        getincrementaldecoder("utf-8")().decode(head)  # a letter may be cut at the end
    except ValueError:
        return ""
    return "" if b"\0" in head else "text/plain"


def size_text(size: int) -> str:
    """A number of bytes for people, in three digits: ``28 B``, ``1.04 kB``."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{f'{value:.3g}' if value < 1000 else f'{value:.0f}'} {_UNITS[unit]}"


def _ending_of(kind: str) -> str:
    return _ENDINGS.get(kind) or (_TYPES.guess_extension(kind) or "")[1:]


def _group(kind: str) -> str:
    """What a file is, roughly; empty for most kinds."""
    if kind in ("application/json", "text/json"):
        return "json"
    if kind == "application/pdf":
        return "pdf"
    if kind == "text/html":
        return "html"
    group = kind.partition("/")[0]
    return group if group in ("image", "audio", "video", "text") else ""
