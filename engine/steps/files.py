"""Files of items: finding one, reading it in bounds, and what an item is with one more."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any

from engine.base.errors import InvalidInput, PayloadTooLarge, StepFailure
from engine.base.limits import FILE_READ_BYTES_MAX
from engine.ports.step_catalogue import Item, StepContext


def file_entry(item: Item, name: str) -> Mapping[str, Any]:
    """A file's entry; raises :class:`StepFailure` telling which files there are."""
    files = item.get("binary") or {}
    if not isinstance(files.get(name), Mapping):
        raise StepFailure(f"the item has no file {name!r}; it has: {', '.join(files) or 'none'}")
    entry: Mapping[str, Any] = files[name]
    return entry


def file_bytes(context: StepContext, entry: Mapping[str, Any], most: int = FILE_READ_BYTES_MAX) -> bytes:
    """All bytes of a file; raises :class:`PayloadTooLarge`."""
    with context.binaries.open(entry) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise PayloadTooLarge(f"the file has more than the {most} bytes that this step reads")
    return data


def text_in(data: bytes, encoding: str, *, strip_mark: bool = True) -> str:
    """Text of bytes; what the encoding cannot hold becomes U+FFFD. A byte order mark goes."""
    text = data.decode(known_encoding(encoding), "replace")
    return text.removeprefix("\ufeff") if strip_mark else text


def known_encoding(name: str) -> str:
    """A text encoding by any of its usual names; raises :class:`InvalidInput`."""
    usual = {"binary": "latin-1", "ucs2": "utf-16-le", "utf16le": "utf-16-le", "utf8": "utf-8"}
    try:
        found = codecs.lookup(usual.get(name.lower().replace("-", ""), name))
    except (LookupError, ValueError) as error:
        raise InvalidInput(f"encoding: there is no encoding {name[:80]!r}; utf-8 is the usual one") from error
    if not found._is_text_encoding:
        raise InvalidInput(f"encoding: {name[:80]!r} does not encode text")
    return found.name


def with_file(item: Item, name: str, entry: Mapping[str, Any]) -> Item:
    """The item with a file under a name."""
    return {**item, "binary": {**(item.get("binary") or {}), name: dict(entry)}}
