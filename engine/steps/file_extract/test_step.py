"""Tests of file.extract."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import PayloadTooLarge, StepFailure
from engine.steps import files, tables, workbooks
from engine.steps.rich_text import rtf_of
from engine.steps.spreadsheets import ods_of
from engine.steps.workbooks import packed, workbook_of
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
    told = ("Language", "EncryptFilterName", "IsLinearized", "IsAcroFormPresent", "IsSignaturesPresent")
    assert [found["info"][name] for name in told] == [None, None, False, False, False]
    assert rows(pdf(), "x.pdf", joinPages=False)[0]["text"] == ["Hello paper"]


def test_a_locked_pdf_wants_its_password():
    locked = pdf("open me")
    assert rows(locked, "x.pdf", password="open me")[0]["text"] == "Hello paper"
    for password in ("", "wrong"):
        with pytest.raises(StepFailure, match="password"):
            rows(locked, "x.pdf", password=password)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "rtf", "ics", "pdf", "json"])
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
        rows(b"\0", "x.unknown")
    with pytest.raises(StepFailure, match="no table"):
        rows(b"<p>", "x.html")
    with pytest.raises(StepFailure, match="no JSON"):
        rows(b"NaN", "x.json")


ICS = b"""BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nBEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r
DTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r
BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Long \r\n text\r\nDTSTART;TZID=Here:20260105T100000\r
DURATION:PT1H30M\r\nCATEGORIES:a,b\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""


def test_events_of_a_calendar_are_told():
    (found,) = rows(ICS, "x.ics")
    assert (found["data"]["version"], found["data"]["prodId"]) == ("2.0", "-//x//y")
    (event,) = found["data"]["events"]
    assert event == {
        "summary": "Long text",
        "uid": "1",
        "start": {"date": "2026-01-05T09:00:00.000Z", "local": {"timezone": "Here"}},
        "duration": {"hours": 1, "minutes": 30},
        "categories": ["a", "b"],
        "recurrenceRule": {"frequency": "WEEKLY", "byDay": ["MO", "WE"]},
    }


TABLE = [["a", "b"], ["x & <y>", 1.5], [None, True], ["{z}\u00e4\U0001f600", -2]]


def test_tables_of_open_documents_and_rich_text_are_read():
    found = [{"a": "x & <y>", "b": 1.5}, {"b": True}, {"a": "{z}\u00e4\U0001f600", "b": -2}]
    assert rows(ods_of(TABLE, "S"), "x.ods", sheet="S") == found
    found[1] = {"b": "true"}
    assert rows(rtf_of(TABLE), "x.rtf") == found
    with pytest.raises(StepFailure, match="it has: S"):
        rows(ods_of(TABLE, "S"), "x.ods", sheet="none")
    with pytest.raises(StepFailure, match="no table"):
        rows(rb"{\rtf1 plain}", "x.rtf")


def spreadsheet(body):
    with zipfile.ZipFile(io.BytesIO(ods_of([], "S"))) as archive:
        content = archive.read("content.xml").decode()
    start = content.index("<table:table ")
    content = content[:start] + body + "</office:spreadsheet></office:body></office:document-content>"
    return packed({"content.xml": content.encode()})


def test_repeated_cells_are_written_out_and_bombs_of_them_refused():
    cell = '<table:table-cell table:number-columns-repeated="{}"><text:p>x</text:p></table:table-cell>'
    row = '<table:table-row table:number-rows-repeated="{}">{}{}</table:table-row>'
    page = f'<table:table table:name="S">{row}</table:table>'
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    assert rows(spreadsheet(page.format(2, cell.format(2), empty)), "x.ods", header=False) == [
        {"row": ["x", "x"]},
        {"row": ["x", "x"]},
    ]
    for down, across in ((1_048_576, 1), (1, 999_999_999), (90_000, 90_000)):
        with pytest.raises(StepFailure, match=r"repeats|too large"):
            rows(spreadsheet(page.format(down, cell.format(across), "")), "x.ods")


def test_entities_in_open_documents_are_refused():
    bomb = b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>'
    with pytest.raises(StepFailure, match="entities"):
        rows(packed({"content.xml": bomb}), "x.ods")


def compound(stream):
    """A compound file (MS-CFB) with one stream, ``Workbook``."""
    stream = stream.ljust(4096, b"\0")
    count = len(stream) // 512
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    chain = [*range(1, count), end, end, 0xFFFFFFFD]
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 62, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIIII", 0, 1, count, 0, 4096, end, 0, end, 0, count + 1)
    head += struct.pack("<108I", *[free] * 108)

    def entry(name, kind, child, start, size):
        text = name.encode("utf-16-le") + b"\0\0" if name else b""
        about = struct.pack("<HBBIII", len(text), kind, 1, free, free, child)
        return text.ljust(64, b"\0") + about + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 0, len(stream))
    folder += 2 * entry("", 0, free, 0, 0)
    return head + stream + folder + struct.pack("<128I", *chain, *[free] * (128 - len(chain)))


def old_workbook(*cells):
    """A workbook of one sheet (BIFF8, MS-XLS) with cells ``(row, column, value)``."""

    def record(kind, body):
        return struct.pack("<HH", kind, len(body)) + body

    def cell(row, column, value):
        at = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            return record(0x204, at + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
        return record(0x203, at + struct.pack("<d", value))

    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6))
    bound = record(0x85, struct.pack("<IHB", 0, 0, 1) + b"\0S")
    at = len(begin) + len(bound) + 4
    bound = record(0x85, struct.pack("<IHB", at, 0, 1) + b"\0S")
    page = record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 6)) + b"".join(
        cell(*one) for one in cells
    )
    return compound(begin + bound + record(10, b"") + page + record(10, b""))


def test_older_workbooks_are_read():
    data = old_workbook((0, 0, "a"), (0, 1, "\u00e4"), (1, 0, "x"), (1, 1, 2.5), (2, 1, 7))
    assert rows(data, "x.xls") == [{"a": "x", "\u00e4": 2.5}, {"\u00e4": 7}]
    with pytest.raises(StepFailure, match="it has: S"):
        rows(data, "x.xls", sheet="none")


def test_a_wide_and_long_older_workbook_is_bounded():
    data = old_workbook((0, 255, "x"), (65_535, 255, 1))
    assert len(rows(data, "x.xls")) == 1


@pytest.mark.parametrize(
    ("area", "found"),
    [
        ("B2:C3", [{"x": 2.5, "y": "z"}]),
        ("2", [{"1": "a", "2.5": "z"}]),
        ("A1", []),
        ("b1:b3", [{"k": "x"}, {"k": 2.5}]),
    ],
)
def test_a_part_of_a_table_is_read(area, found):
    table = [["j", "k", "l"], [None, "x", "y"], [1, 2.5, "z"], ["a", "z", None]]
    assert rows(workbook_of(table, "S"), "x.xlsx", range=area) == found
