"""Multipart forms: their parts, from a body that is held in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from engine.base.limits import FORM_PARTS_MAX
from engine.web.messages import too_large
from engine.web.problems import refuse


@dataclass(frozen=True, slots=True)
class Part:
    """A field (``file_name`` is None) or a file of a form."""

    name: str
    data: bytes
    file_name: str | None = None
    mime_type: str = "application/octet-stream"


def parse_multipart(data: bytes, boundary: str, part_bytes_max: int) -> list[Part]:
    """All parts in order.

    Raises :class:`~engine.web.problems.Refused` (400) where the body is no such form or has too many
    parts, and :class:`PayloadTooLarge` where a part is larger than ``part_bytes_max``.
    """
    collector = _Collector(part_bytes_max)
    try:
        parser = MultipartParser(boundary.encode("latin-1", "replace"), collector.callbacks())
        parser.write(data)
        parser.finalize()
    except FormParserError as error:
        raise refuse(400, "bad_form", f"the body is not a multipart form: {error}") from error
    if not collector.ended:
        raise refuse(400, "bad_form", "the multipart body ends before its last boundary")
    return collector.parts


@dataclass(slots=True)
class _Collector:
    """Gathers what the parser calls back with."""

    part_bytes_max: int
    parts: list[Part] = field(default_factory=list)
    ended: bool = False
    name: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    headers: dict[str, str] = field(default_factory=dict)
    data: bytearray = field(default_factory=bytearray)

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self.name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self.value.extend(data[start:end]),
            "on_header_end": self._header,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._ended,
        }

    def _begin(self) -> None:
        if len(self.parts) >= FORM_PARTS_MAX:
            raise refuse(400, "bad_form", f"the form has more than {FORM_PARTS_MAX} parts")
        self.headers, self.data = {}, bytearray()

    def _header(self) -> None:
        self.headers[self.name.decode("latin-1").lower()] = self.value.decode("latin-1")
        self.name.clear()
        self.value.clear()

    def _data(self, data: bytes, start: int, end: int) -> None:
        self.data.extend(data[start:end])
        if len(self.data) > self.part_bytes_max:
            raise too_large(self.part_bytes_max)

    def _end(self) -> None:
        _, options = parse_options_header(self.headers.get("content-disposition", ""))
        mime_type = self.headers.get("content-type", "application/octet-stream")
        name = options.get(b"name", b"").decode("utf-8", "replace")
        file_name = options.get(b"filename")
        text = None if file_name is None else base_name(file_name.decode("utf-8", "replace"))
        self.parts.append(Part(name, bytes(self.data), text, mime_type.split(";")[0].strip().lower()))

    def _ended(self) -> None:
        self.ended = True


def base_name(path: str) -> str:
    """The last part of a file name that a client gave, without control characters."""
    last = path.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable())[:255]
