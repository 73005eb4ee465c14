"""Rows of the older workbooks (.xls, BIFF)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

from engine.base.errors import StepFailure
from engine.base.limits import OLD_WORKBOOK_BYTES_MAX
from engine.steps.tables import Row, bounded
from engine.steps.workbooks import rows_in_workbook

_WRONG = (
    *(AssertionError, AttributeError, EOFError, IndexError, KeyError, MemoryError, NotImplementedError),
    *(OSError, OverflowError, RecursionError, TypeError, ValueError, struct.error),
    zipfile.BadZipFile,
)
"""What the reader lets through of a damaged file, beside its own error."""


def rows_in_old_workbook(data: bytes, sheet: str) -> Iterator[Row]:
    """The rows of a sheet, of the first one without a name; dates are days, as in the file. Raises
    :class:`StepFailure`."""
    import xlrd

    if data.startswith(b"PK"):  # a newer one under the old name
        yield from rows_in_workbook(data, sheet)
        return
    if len(data) > OLD_WORKBOOK_BYTES_MAX:
        raise StepFailure(f"the workbook (.xls) has more than {OLD_WORKBOOK_BYTES_MAX} bytes")
    try:
        book = xlrd.open_workbook(file_contents=data, on_demand=True, ragged_rows=True, logfile=io.StringIO())
        titles = book.sheet_names()
        if not titles or (sheet and sheet not in titles):
            raise StepFailure(f"the workbook has no sheet {sheet!r}; it has: {', '.join(titles)[:500]}")
        page = book.sheet_by_name(sheet or titles[0])
        yield from bounded(list(map(_value, page.row(number))) for number in range(page.nrows))
    except xlrd.XLRDError as error:
        raise StepFailure(f"the file is no workbook (.xls): {str(error)[:200]}") from error
    except _WRONG as error:
        raise StepFailure("the workbook (.xls) is damaged") from error


def _value(cell: Any) -> Any:
    """Cell types of the reader: 0 and 6 empty, 1 text, 2 number, 3 date, 4 true or false, 5 an error."""
    if cell.ctype in (0, 5, 6):
        return None
    if cell.ctype == 4:
        return bool(cell.value)
    if cell.ctype in (2, 3):
        number = float(cell.value)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    return str(cell.value)
