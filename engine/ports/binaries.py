"""The socket for files that travel with items: their bytes are blocks, items hold what is known of them.

An entry of an item's ``binary`` is ``{"mimeType", "fileType", "fileExtension", "fileName", "fileSize",
"bytes", "id"}``: ``fileSize`` is for people (``1.04 kB``), ``bytes`` their number, and ``id`` the CID of
the bytes, or of the list of their parts. What is not known is left out. An entry that came from outside may
hold its bytes as base64 in ``data`` instead of an ``id``.
"""

from __future__ import annotations

from collections.abc import Mapping
from mimetypes import MimeTypes
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Protocol

OCTETS = "application/octet-stream"

_TYPES = MimeTypes(filenames=())
for _ending, _kind in {
    ".ics": "text/calendar",
    ".md": "text/markdown",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".rtf": "application/rtf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".zip": "application/zip",
    ".gz": "application/gzip",
}.items():
    _TYPES.add_type(_kind, _ending)

_UNITS = ("B", "kB", "MB", "GB", "TB")


class Binaries(Protocol):
    """Files of one subnet; they are written and read in parts, never whole in memory."""

    def put(self, data: bytes | BinaryIO, *, mime_type: str = "", file_name: str = "") -> dict[str, Any]:
        """Store bytes, or what a stream gives, and give the entry for an item. Without a media type the
        file's name tells it. Raises :class:`PayloadTooLarge` above ``binary_bytes_max``."""

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
        "fileExtension": PurePosixPath(file_name).suffix[1:] or (_TYPES.guess_extension(kind) or "")[1:],
        "fileName": file_name,
        "fileSize": size_text(size),
    }
    return {**{name: value for name, value in entry.items() if value}, "bytes": size, "id": cid}


def type_of_name(file_name: str) -> str:
    """The media type that a file's name speaks of; empty where it does not."""
    return _TYPES.guess_type(file_name)[0] or ""


def size_text(size: int) -> str:
    """A number of bytes for people, in three digits: ``28 B``, ``1.04 kB``."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{f'{value:.3g}' if value < 1000 else f'{value:.0f}'} {_UNITS[unit]}"


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
