"""Tests of file.create."""

from __future__ import annotations

import json

import pytest

from engine.base.errors import InvalidInput, StepFailure
from engine.steps.workbooks import rows_in_workbook
from engine.testing.step_bench import StepBench, items_of


def made(format_, *objects, **parameters):
    bench = StepBench("file.create", {"format": format_, **parameters})
    items = bench.run(items_of(*objects)).outputs["main"]
    context = bench.context()
    return items, [context.binaries.open(item["binary"]["data"]).read() for item in items]


def test_all_items_become_one_table():
    (item,), (data,) = made("csv", {"a": 1, "b": {"c": "x,y"}}, {"d": [1], "a": None})
    assert data == b'a,b.c,d\n1,"x,y",\n,,[1]'
    assert item["json"] == {}
    assert item["binary"]["data"]["fileName"] == "file.csv"
    assert [one["item"] for one in item["pairedItem"]] == [0, 1]


def test_tables_go_without_header_and_with_other_delimiters():
    assert made("csv", {"a": 1, "b": True}, header=False, delimiter=";")[1] == [b"1;TRUE"]
    assert made("csv", {"a": "\u00e4"}, encoding="latin-1", header=False)[1] == [b"\xe4"]
    assert made("csv", {"a": "b"}, byteOrderMark=True)[1] == [b"\xef\xbb\xbfa\nb"]


def test_formula_text_stays_text_and_html_is_escaped():
    (data,) = made("xlsx", {"a": "=cmd|'/c calc'!A0", "n": 1.5})[1]
    assert b"<f>" not in data
    assert list(rows_in_workbook(data, "")) == [["a", "n"], ["=cmd|'/c calc'!A0", 1.5]]
    (page,) = made("html", {"<b>": "<script>"})[1]
    assert b"<script>" not in page


def test_the_same_items_give_the_same_workbook():
    assert made("xlsx", {"a": 1})[1] == made("xlsx", {"a": 1})[1]


def test_json_is_written_for_each_item_or_for_all():
    assert [json.loads(data) for data in made("json", {"a": 1}, {"a": 2})[1]] == [{"a": 1}, {"a": 2}]
    assert made("json", {"a": 1}, {"a": 2}, together=True)[1] == [b'[{"a":1},{"a":2}]']
    assert made("json", {"a": 1}, source={"b": 2}, indent=True)[1] == [b'{\n  "b": 2\n}']


def test_text_and_bytes_are_written():
    (item,), (data,) = made("text", {"a": 1}, source="hi", keep=True, fileName="x.md")
    assert (data, item["json"]) == (b"hi", {"a": 1})
    assert item["binary"]["data"]["mimeType"] == "text/plain"
    for written in ("aGk=", "aGk", "data:text/plain;base64,aGk="):
        assert made("base64", {}, source=written)[1] == [b"hi"]


@pytest.mark.parametrize(
    ("kind", "source"), [("base64", "a*b"), ("base64", 5), ("text", None), ("base64", "a")]
)
def test_values_that_are_none_are_refused(kind, source):
    with pytest.raises(StepFailure):
        made(kind, {}, source=source)
    with pytest.raises(InvalidInput, match="encoding"):
        made("text", {}, source="a", encoding="base64")


def test_nothing_comes_of_nothing():
    assert made("csv") == ([], [])


def test_open_documents_and_rich_text_are_made_the_same_each_time():
    for kind, begins in (("ods", b"PK"), ("rtf", b"{\\rtf1")):
        (item,), (data,) = made(kind, {"a": 1, "b": "{x}\\"})
        assert data.startswith(begins)
        assert item["binary"]["data"]["fileName"] == f"file.{kind}"
        assert made(kind, {"a": 1, "b": "{x}\\"})[1] == [data]
