"""What n8n's nodes for files take out of them and put into them."""

from __future__ import annotations

import base64
import json

import pytest

from tests.n8n_import.support import node, run, workflow

SAMPLE = "n8n-nodes-testing.testData"


def passed(data, *nodes, last="N"):
    """The items that a row of nodes makes of data; the last is ``N``."""
    first = [node("Start", "manualTrigger"), node("Data", SAMPLE, 1, {"data": data})]
    steps = run(workflow([*first, *nodes]))
    return [{key: value for key, value in item.items() if key != "pairedItem"} for item in steps[last][0][0]]


def values(data, *nodes):
    return [item["json"] for item in passed(data, *nodes)]


def text_file(text, name="x.csv"):
    return node("File", "moveBinaryData", 1.1, {
        "mode": "jsonToBinary", "convertAllData": False, "sourceKey": "text",
        "options": {"useRawData": True, "fileName": name, "mimeType": "text/csv"},
    }), [{"text": text}]  # fmt: skip


TEXTS = [{"a": "1", "b": "x", "": "5"}, {}, {"a": "$1", "b": "002"}, {"a": "2023-01-31", "b": "y"}]
CELLS = [
    {"a": 1, "b": True, "b_1": "x", "__EMPTY": 5},
    {"a": 1, "b": 2},
    {"a": 44957, "b": 0.2, "b_1": "y"},
]
RAW = [
    {"a": "1", "b": "TRUE", "b_1": "x", "__EMPTY": "5"},
    {"a": "$1", "b": "002"},
    {"a": "2023-01-31", "b": "20%", "b_1": "y"},
]
CSV = "a,b,b,\n1,TRUE,x,5\n,,,\n$1,002\n2023-01-31,20%,y,\n"


@pytest.mark.parametrize(
    ("kind", "version", "parameters", "wanted"),
    [
        ("extractFromFile", 1, {}, TEXTS),
        ("spreadsheetFile", 2, {}, TEXTS),
        ("spreadsheetFile", 1, {}, CELLS),
        ("spreadsheetFile", 1, {"options": {"rawData": True}}, RAW),
    ],
)
def test_rows_of_csv_are_text_but_in_the_first_spreadsheet_node(kind, version, parameters, wanted):
    file, data = text_file(CSV)
    assert values(data, file, node("N", kind, version, parameters)) == wanted


def test_rows_without_a_header_are_numbered_or_lists():
    file, data = text_file("a,b\n1,\n")
    without = {"options": {"headerRow": False}}
    empty = {"options": {"headerRow": False, "includeEmptyCells": True}}
    assert values(data, file, node("N", "extractFromFile", 1, without)) == [
        {"row": {"0": "a", "1": "b"}},
        {"row": {"0": "1"}},
    ]
    assert values(data, file, node("N", "extractFromFile", 1, empty))[1] == {"row": ["1", ""]}


def test_a_table_has_a_column_for_each_element_of_a_list():
    data = [{"a": {"b": [1, {"c": True}]}, "d": [], "e": None}]
    made = node("Make", "convertToFile", 1.1, {"operation": "csv"})
    assert values(data, made, node("N", "extractFromFile", 1)) == [{"a.b.0": "1", "a.b.1.c": "TRUE"}]


def test_files_are_named_as_their_nodes_name_them():
    found = {
        ("convertToFile", 1.1): {"operation": "csv"},
        ("spreadsheetFile", 2): {"operation": "toFile", "fileFormat": "csv"},
        ("moveBinaryData", 1): {"mode": "jsonToBinary"},
        ("moveBinaryData", 1.1): {"mode": "jsonToBinary"},
    }
    names = [
        passed([{"a": 1}], node("N", *kind, one))[0]["binary"]["data"].get("fileName")
        for kind, one in found.items()
    ]
    assert names == ["File.csv", "spreadsheet.csv", None, "file.json"]


def test_a_field_that_became_a_file_goes_and_other_files_stay():
    first = node("First", "convertToFile", 1.1, {"operation": "toJson", "binaryPropertyName": "one"})
    back = node(
        "Back",
        "extractFromFile",
        1,
        {"operation": "fromJson", "binaryPropertyName": "one", "options": {"keepSource": "both"}},
    )
    move = node(
        "N",
        "moveBinaryData",
        1.1,
        {"mode": "jsonToBinary", "convertAllData": False, "sourceKey": "data[0].x", "destinationKey": "two"},
    )
    (item,) = passed([{"x": "hi", "y": 1}], first, back, move)
    assert item["json"] == {"data": [{"y": 1}]}
    assert list(item["binary"]) == ["one", "two"]


def test_a_value_goes_to_a_path_of_the_item_and_an_item_without_the_file_goes():
    made = node("Make", "convertToFile", 1.1, {"operation": "toText", "sourceProperty": "={{ $json.name }}"})
    assert values(
        [{"name": "b", "b": {"c": [1]}}],
        made,
        node("N", "moveBinaryData", 1, {"setAllData": False, "destinationKey": "x.y"}),
    ) == [{"x": {"y": '{"c":[1]}'}}]
    assert values([{"name": 1}], node("N", "moveBinaryData", 1)) == []
    assert values([{"name": 1}], node("N", "extractFromFile", 1, {"operation": "text"})) == []


def test_bytes_tell_their_type_where_no_name_does():
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
    data = [{"data": png}, {"data": base64.b64encode(json.dumps({}).encode()).decode()}]
    files = [
        item["binary"]["data"]
        for item in passed(
            data, node("N", "convertToFile", 1.1, {"operation": "toBinary", "sourceProperty": "data"})
        )
    ]
    assert [(one["mimeType"], one["fileName"]) for one in files] == [
        ("image/png", "file.png"),
        ("text/plain", "file.txt"),
    ]


def test_plain_text_becomes_bytes_where_it_is_not_base64():
    plain = {"operation": "toBinary", "sourceProperty": "a", "options": {"dataIsBase64": False}}
    back = node("N", "extractFromFile", 1, {"operation": "text"})
    assert values([{"a": "hi"}], node("Make", "convertToFile", 1.1, plain), back) == [{"data": "hi"}]


@pytest.mark.parametrize(
    ("version", "parameters", "name"),
    [
        (1, {"outputFormat": "gzip", "outputPrefix": "p"}, ("p0", "File.gzip")),
        (1.1, {"outputFormat": "gzip", "fileName": "a.gz", "binaryPropertyOutput": "z"}, ("z", "a.gz")),
        (1.1, {"outputFormat": "zip", "fileName": "a.zip"}, ("data", "a.zip")),
    ],
)
def test_archives_are_named_as_their_node_names_them(version, parameters, name):
    made = node("Make", "convertToFile", 1.1, {"operation": "csv"})
    pack = node("N", "compression", version, {"operation": "compress", **parameters})
    (item,) = passed([{"a": 1}], made, pack)
    assert [(key, one["fileName"]) for key, one in item["binary"].items()] == [name]


@pytest.mark.parametrize("kind", ["iCal", "convertToFile"])
def test_a_calendar_file_is_all_that_its_item_has(kind):
    event = {"operation": "createEventFile", "title": "T", "start": "2024-01-01", "end": "2024-01-02"}
    made = {**event, "operation": "iCal"} if kind == "convertToFile" else event
    first = node("First", "convertToFile", 1.1, {"operation": "toJson", "binaryPropertyName": "other"})
    (item,) = passed([{"a": 1}], first, node("N", kind, 1, made))
    assert (item["json"], list(item["binary"])) == ({}, ["data"])
