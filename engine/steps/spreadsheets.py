"""Spreadsheets in the OpenDocument format (.ods, ODF 1.3): their rows, and new ones."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from engine.base.errors import StepFailure
from engine.base.limits import ODS_REPEATS_MAX, WORKBOOK_BYTES_MAX
from engine.steps.tables import Row, bounded
from engine.steps.values import text_of
from engine.steps.workbooks import packed

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rows_in_ods(data: bytes, sheet: str) -> Iterator[Row]:
    """The rows of a sheet, of the first one without a name. Raises :class:`StepFailure`."""
    reader = _OdsReader(sheet)
    reader.read(_content(data))
    if not reader.found:
        titles = ", ".join(reader.titles)[:500]
        raise StepFailure(f"the spreadsheet has no sheet {sheet!r}; it has: {titles}")
    yield from bounded(reader.rows)


def _content(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            part = archive.getinfo("content.xml")
            if part.file_size > WORKBOOK_BYTES_MAX:
                raise StepFailure(f"the spreadsheet unpacks to more than {WORKBOOK_BYTES_MAX} bytes")
            return archive.read(part)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise StepFailure("the file is no OpenDocument spreadsheet (.ods)") from error
    except (RuntimeError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise StepFailure("the spreadsheet is locked or damaged") from error


class _OdsReader:
    """Takes the cells while expat reads; entities are refused, repeated empty cells not written out."""

    def __init__(self, sheet: str) -> None:
        self.rows: list[list[Any]] = []
        self.titles: list[str] = []
        self.found = self._inside = False
        self._sheet, self._cell, self._gap = sheet, {}, 0  # type: ignore[var-annotated]
        self._row: list[Any] = []
        self._repeats, self._skipped, self._cells = 1, 0, 0
        self._text: list[str] = []
        self._depth = 0

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._letters
        parser.buffer_text = True
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            raise StepFailure(f"the spreadsheet is damaged: {error}") from error

    def _refuse(self, *_: Any) -> None:
        raise StepFailure("the spreadsheet declares entities, which are not read")

    def _start(self, name: str, given: dict[str, str]) -> None:
        if name == f"{_TABLE}table":
            title = given.get(f"{_TABLE}name", "")
            self.titles.append(title)
            self._inside = not self.found and (not self._sheet or title == self._sheet)
            self.found |= self._inside
        elif not self._inside:
            return
        elif name == f"{_TABLE}table-row":
            self._row, self._gap = [], 0
            self._repeats = _count(given.get(f"{_TABLE}number-rows-repeated"))
        elif name in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            self._cell, self._text, self._depth = given, [], 1
        elif name == f"{_TEXT}p" and self._text:
            self._text.append("\n")

    def _letters(self, text: str) -> None:
        if self._inside and self._depth:
            self._text.append(text)

    def _end(self, name: str) -> None:
        if not self._inside:
            return
        if name == f"{_TABLE}table":
            self._inside = False
        elif name == f"{_TABLE}table-row":
            self._row_ends()
        elif name in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            self._cell_ends()

    def _cell_ends(self) -> None:
        repeats, self._depth = _count(self._cell.get(f"{_TABLE}number-columns-repeated")), 0
        value = _value(self._cell, "".join(self._text))
        if value is None:
            self._gap += repeats
            return
        self._take(self._row, None, self._gap)
        self._take(self._row, value, repeats)
        self._gap = 0

    def _row_ends(self) -> None:
        if not self._row:
            self._skipped += self._repeats
            return
        self._take(self.rows, [], self._skipped)
        self._cells += len(self._row) * self._repeats
        self._take(self.rows, self._row, self._repeats)
        self._skipped = 0

    def _take(self, into: list[Any], value: Any, times: int) -> None:
        """Append so many times; what only a bomb asks for is refused."""
        if times > ODS_REPEATS_MAX or self._cells > ODS_REPEATS_MAX * 50:
            raise StepFailure(f"the spreadsheet repeats a cell or row more than {ODS_REPEATS_MAX} times")
        into.extend([value] * times)


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 1


def _value(given: dict[str, str], text: str) -> Any:
    kind = given.get(f"{_OFFICE}value-type")
    if kind in ("float", "currency", "percentage"):
        try:
            number = float(given.get(f"{_OFFICE}value", ""))
        except ValueError:
            return text or None
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    if kind == "boolean":
        return given.get(f"{_OFFICE}boolean-value") == "true"
    if kind in ("date", "time"):
        return given.get(f"{_OFFICE}{kind}-value") or text
    return text or None


def ods_of(rows: Iterable[Row], sheet: str) -> bytes:
    """A spreadsheet of one sheet; the same rows give the same bytes."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    names = " ".join(f'xmlns:{one}="{uri.strip()}"' for one, uri in _NAMES.items())
    body = f"<table:table table:name={quoteattr(_clean(sheet) or 'Sheet')}>{lines}</table:table>"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.3">'
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    return packed(
        {"mimetype": _KIND.encode(), "META-INF/manifest.xml": _MANIFEST, "content.xml": content.encode()}
    )


_NAMES = {"table": _TABLE, "office": _OFFICE, "text": _TEXT}
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.3" '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
).encode()


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        told = f'office:value-type="boolean" office:boolean-value="{text_of(value)}"'
    elif isinstance(value, int | float):
        told = f'office:value-type="float" office:value="{text_of(value)}"'
    else:
        told = 'office:value-type="string"'
    return f"<table:table-cell {told}><text:p>{escape(_clean(text_of(value)))}</text:p></table:table-cell>"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)
