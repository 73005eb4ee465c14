"""Workbooks (.xlsx): their rows, and new ones. Formulas are neither worked out nor written."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from engine.base.errors import StepFailure
from engine.base.limits import ARCHIVE_FILES_MAX, WORKBOOK_BYTES_MAX
from engine.steps.tables import Row, bounded
from engine.steps.values import text_of

_STAMP = (1980, 1, 1, 0, 0, 0)
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001
_TITLE_LENGTH_MAX = 31
_CELL_LENGTH_MAX = 32_767


def rows_in_workbook(data: bytes, sheet: str) -> Iterator[Row]:
    """The rows of a sheet, of the first one without a name; dates are days since 1900, as in the file.

    Raises :class:`StepFailure` for what is no workbook, is too large or lacks the sheet.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _check_parts(data)
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        titles = [one.title for one in book.worksheets]
        if not titles or (sheet and sheet not in titles):
            raise StepFailure(f"the workbook has no sheet {sheet!r}; it has: {', '.join(titles)[:500]}")
        found = book[sheet or titles[0]]
        found.reset_dimensions()
        yield from bounded([_cell(value) for value in row] for row in found.iter_rows(values_only=True))
    except StepFailure:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise StepFailure(f"the file is no workbook that can be read: {error}") from error
    except (SyntaxError, AttributeError, IndexError, EOFError) as error:
        raise StepFailure("the workbook is damaged") from error


def _check_parts(data: bytes) -> None:
    """A reader of zip files gives no more of a part than its head says, so that the heads can be judged."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise StepFailure("the file is no workbook (.xlsx); older ones have the format xls") from error
    if len(parts) > ARCHIVE_FILES_MAX or sum(part.file_size for part in parts) > WORKBOOK_BYTES_MAX:
        raise StepFailure(f"the workbook unpacks to more than {WORKBOOK_BYTES_MAX} bytes")


def _cell(value: Any) -> Any:
    from openpyxl.utils.datetime import to_excel

    if isinstance(value, date | time | timedelta):
        return to_excel(value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def workbook_of(rows: Iterable[Row], sheet: str) -> bytes:
    """A workbook of one sheet; the same rows give the same bytes. What begins with ``=`` stays text."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = _MADE
    page = book.create_sheet(_title(sheet))
    for row in bounded(rows):
        page.append([_written(page, value) for value in row])
    held = BytesIO()
    book.save(held)
    return _without_times(held.getvalue())


def _title(name: str) -> str:
    kept = "".join("_" if character in "[]:*?/\\" else character for character in name)
    return kept[:_TITLE_LENGTH_MAX] or "Sheet"


def _written(page: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if value is None or isinstance(value, bool | int | float):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", text_of(value))
    if len(text) > _CELL_LENGTH_MAX:
        raise StepFailure(f"a cell of a workbook holds at most {_CELL_LENGTH_MAX} characters")
    cell = WriteOnlyCell(page, text)
    cell.data_type = "s"
    return cell


def _without_times(data: bytes) -> bytes:
    """The archive with one time for all its parts."""
    with zipfile.ZipFile(BytesIO(data)) as source:
        parts = {part.filename: source.read(part) for part in source.infolist()}
    parts["docProps/core.xml"] = _core(parts["docProps/core.xml"])
    return packed(parts)


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A zip archive of named parts; the same parts give the same bytes. A part ``mimetype`` is stored as
    it is, as OpenDocument wants it."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as target:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            target.writestr(zipfile.ZipInfo(name, _STAMP), content, kind)
    return held.getvalue()


def _core(content: bytes) -> bytes:
    """The part that tells when it was written; openpyxl puts the present in."""
    import re

    return re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content)
