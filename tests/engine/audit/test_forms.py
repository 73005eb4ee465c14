"""Tables as JSON, CSV and XML: nothing in a cell gets out of it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.forms import Document, Table, rendered

HOSTILE = [
    "=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1",
    "<script>", "]]>", "&amp;", '"', "'", "a,b", "a\nb", "\x00\x0b\ufffe", "é",
]  # fmt: skip


def document(*cells: Any) -> Document:
    return Document("d <&>", {"subnet": "a&b"}, [Table("events", ("one",), [(cell,) for cell in cells])])


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(rendered(document(text), "csv"), newline="")))
    (cell,) = rows[1]
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_numbers_stay_numbers() -> None:
    assert rendered(document(-5), "csv") == "one\r\n-5\r\n"


@given(st.text(max_size=40))
def test_csv_gives_every_text_back_behind_at_most_a_quote(text: str) -> None:
    rows = list(csv.reader(io.StringIO(rendered(document(text, "end"), "csv"), newline="")))
    assert rows[1] in ([text], [f"'{text}"], [])
    assert rows[-1] == ["end"]


@given(st.lists(st.text(max_size=20), max_size=4))
def test_xml_is_always_well_formed_and_holds_the_texts(texts: list[str]) -> None:
    root = ElementTree.fromstring(rendered(document(*texts), "xml"))
    cells = [cell.text or "" for cell in root.iter("cell")]
    assert len(cells) == len(texts)
    for cell, text in zip(cells, texts, strict=True):
        if text.isascii() and text.isprintable():
            assert cell == text


def test_xml_names_its_parts() -> None:
    root = ElementTree.fromstring(rendered(document("x"), "xml"))
    assert root.attrib == {"name": "d <&>"}
    assert [(about.attrib["name"], about.text) for about in root.iter("about")] == [("subnet", "a&b")]


def test_json_has_a_list_of_objects_for_each_table() -> None:
    assert json.loads(rendered(document({"deep": ["<"]}), "json")) == {
        "document": "d <&>",
        "subnet": "a&b",
        "events": [{"one": {"deep": ["<"]}}],
    }
