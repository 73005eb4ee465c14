"""Tests of file.extract."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import PayloadTooLarge, StepFailure
from engine.steps import files, tables, workbooks
from engine.steps.workbooks import workbook_of
from engine.testing.step_bench import StepBench, json_of


def extract(data, name="x.csv", **parameters):
    bench = StepBench("file.extract", parameters)
    entry = bench.context().binaries.put(data, file_name=name)
    return bench.run([{"json": {"kept": 1}, "binary": {"data": entry}}]).outputs["main"]


def rows(data, name="x.csv", **parameters):
    return json_of(extract(data, name, **parameters))


def test_rows_of_csv_become_items_of_text():
    assert rows(b'a,b\n1,"x\ny"\n,\n2,') == [{"a": "1", "b": "x\ny"}, {"a": "2"}]
    assert rows(b"a,b\n2,", emptyCells=True) == [{"a": "2", "b": ""}]
    assert rows(b"a;a\n1;2", delimiter=";") == [{"a": "1", "a_1": "2"}]
    assert rows(b"skip\na\n1\n2\n3", fromLine=2, rowsMax=2) == [{"a": "1"}, {"a": "2"}]
    assert rows(b"1,2", header=False) == [{"row": ["1", "2"]}]
    assert rows(b"\xef\xbb\xbfa\n1") == [{"a": "1"}]
    assert rows(b"\xef\xbb\xbfa\n1", stripMark=False) == [{"\ufeffa": "1"}]


def test_formulas_in_csv_are_text():
    assert rows(b"a\n=1+1") == [{"a": "=1+1"}]


def test_workbooks_keep_numbers_and_dates_as_days():
    data = workbook_of([["a", "b"], [1, "x"], [2.5, True]], "S")
    assert rows(data, "x.xlsx") == [{"a": 1, "b": "x"}, {"a": 2.5, "b": True}]
    with pytest.raises(StepFailure, match="it has: S"):
        rows(data, "x.xlsx", sheet="none")
    from openpyxl import Workbook

    book, held = Workbook(), io.BytesIO()
    book.active.append(["d"])
    book.active.append([date(2024, 1, 1)])
    book.save(held)
    assert rows(held.getvalue(), "x.xlsx") == [{"d": 45292}]


def test_the_first_table_of_html_is_read():
    page = b"<p>x</p><table><tr><th>a<th>b</tr><tr><td>1<td>x &amp; y</tr></table><table><tr><td>z</table>"
    assert rows(page, "x.html") == [{"a": 1, "b": "x & y"}]


def test_values_go_into_a_field():
    assert rows(b'{"a":[1]}', "x.json") == [{"data": {"a": [1]}}]
    assert rows(b'{"a":[1]}', "x.json", into="", keepFields=True) == [{"kept": 1, "a": [1]}]
    assert rows(b"hi", "x.txt", into="t") == [{"t": "hi"}]
    assert rows(b"hi", "x.bin", format="base64") == [{"data": "aGk="}]


def test_the_file_goes_unless_it_is_kept():
    assert "binary" not in extract(b"x", "x.txt")[0]
    assert "data" in extract(b"x", "x.txt", keepFile=True)[0]["binary"]


def pdf(password=None):
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F1 12 Tf 20 100 Td (Hello paper) Tj ET")
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): named})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = writer._add_object(stream)
    writer.add_metadata({"/Title": "T"})
    if password:
        writer.encrypt(password, algorithm="AES-256")
    held = io.BytesIO()
    writer.write(held)
    assert PdfReader(held)
    return held.getvalue()


def test_pdf_gives_text_and_facts():
    (found,) = rows(pdf(), "x.pdf")
    assert (found["numpages"], found["text"], found["info"]["Title"]) == (1, "Hello paper", "T")
    assert rows(pdf(), "x.pdf", joinPages=False)[0]["text"] == ["Hello paper"]


def test_a_locked_pdf_wants_its_password():
    locked = pdf("open me")
    assert rows(locked, "x.pdf", password="open me")[0]["text"] == "Hello paper"
    for password in ("", "wrong"):
        with pytest.raises(StepFailure, match="password"):
            rows(locked, "x.pdf", password=password)


@pytest.mark.parametrize("kind", ["xlsx", "pdf", "json"])
@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=300))
def test_broken_files_are_refused_clearly(kind, data):
    for broken in (data, b"PK\x03\x04" + data, b"%PDF-1.7\n" + data):
        try:
            extract(broken, f"x.{kind}")
        except StepFailure:
            continue


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "WORKBOOK_BYTES_MAX", 100_000)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 200_000)
    with pytest.raises(StepFailure, match="unpacks to more"):
        rows(held.getvalue(), "x.xlsx")


def test_large_files_and_tables_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "TABLE_ROWS_MAX", 3)
    with pytest.raises(StepFailure, match="too large"):
        rows(b"a\n1\n2\n3\n4")
    monkeypatch.setattr(files.file_bytes, "__defaults__", (4,))
    with pytest.raises(PayloadTooLarge):
        rows(b"a\n1\n2")


def test_a_file_that_nothing_names_wants_a_format():
    with pytest.raises(StepFailure, match="set format"):
        rows(b"x", "x.unknown")
    with pytest.raises(StepFailure, match="no table"):
        rows(b"<p>", "x.html")
    with pytest.raises(StepFailure, match="no JSON"):
        rows(b"NaN", "x.json")
