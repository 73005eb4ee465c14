"""n8n's nodes for files, translated and run."""

from __future__ import annotations

import pytest

from tests.n8n_import.support import first_output, node, run, translated, workflow


def step(kind, version=1, **parameters):
    found = translated(kind, version, parameters)
    return found.flow.steps[0], [issue["severity"] for issue in found.issues]


@pytest.mark.parametrize(
    ("kind", "parameters", "becomes", "has"),
    [
        ("readWriteFile", {"fileSelector": "a/*"}, "file.read", {"path": "a/*", "describe": True}),
        ("readWriteFile", {"operation": "write", "fileName": "a"}, "file.write", {"path": "a"}),
        ("readBinaryFile", {"filePath": "a*"}, "file.read", {"pattern": False, "keep": True}),
        ("readBinaryFiles", {"fileSelector": "a*"}, "file.read", {"path": "a*"}),
        ("writeBinaryFile", {"fileName": "a", "options": {"append": True}}, "file.write", {"append": True}),
        ("convertToFile", {"operation": "xlsx"}, "file.create", {"format": "xlsx"}),
        ("extractFromFile", {"operation": "fromJson"}, "file.extract", {"format": "json", "into": "data"}),
        ("extractFromFile", {"operation": "pdf"}, "file.extract", {"format": "pdf"}),
        ("extractFromFile", {"operation": "ods"}, "file.extract", {"format": "ods"}),
        ("extractFromFile", {"operation": "fromIcs"}, "file.extract", {"format": "ics", "into": "data"}),
        ("extractFromFile", {"operation": "dbf"}, "flow.unsupported", {}),
        ("convertToFile", {"operation": "xls"}, "file.create", {"format": "xlsx"}),
        ("convertToFile", {"operation": "rtf"}, "file.create", {"format": "rtf"}),
        ("readPDF", {"encrypted": True, "password": "p"}, "file.extract", {"password": "p"}),
        ("spreadsheetFile", {}, "file.extract", {"format": "auto"}),
        ("spreadsheetFile", {"operation": "toFile"}, "file.create", {"format": "xlsx"}),
        ("spreadsheetFile", {"fileFormat": "rtf"}, "file.extract", {"format": "rtf"}),
        ("spreadsheetFile", {"operation": "toFile", "fileFormat": "ods"}, "file.create", {"format": "ods"}),
        ("compression", {"binaryPropertyName": "a, b"}, "file.archive", {"properties": ["a", "b"]}),
        ("compression", {"operation": "compress"}, "file.archive", {"operation": "pack", "format": "zip"}),
        ("moveBinaryData", {}, "file.extract", {"format": "json", "into": ""}),
    ],
)
def test_a_node_becomes_its_step(kind, parameters, becomes, has):
    found, _ = step(kind, **parameters)
    assert found.type == becomes
    assert {name: found.parameters[name] for name in has} == has


def test_items_go_into_a_file_and_come_out_of_it():
    steps = run(
        workflow(
            [
                node("Start", "manualTrigger"),
                node("Set", "set", 3.4, {"mode": "raw", "jsonOutput": '{"a": "x", "b": 2}'}),
                node("Make", "convertToFile", 1.1, {"operation": "csv"}),
                node("Pack", "compression", 1.1, {"operation": "compress", "fileName": "x.zip"}),
                node("Unpack", "compression", 1.1),
                node("Read", "extractFromFile", 1, {"binaryPropertyName": "file_0"}),
            ]
        )
    )
    assert first_output(steps, "Read") == [{"a": "x", "b": "2"}]


def test_a_value_moves_into_a_file_and_back():
    text = {"operation": "toText", "sourceProperty": "a.b", "options": {"fileName": "{{x}}.txt"}}
    steps = run(
        workflow(
            [
                node("Start", "manualTrigger"),
                node("Set", "set", 3.4, {"mode": "raw", "jsonOutput": '{"a": {"b": "hi"}}'}),
                node("Make", "convertToFile", 1.1, text),
                node("Move", "moveBinaryData", 1, {"setAllData": False, "destinationKey": "c"}),
                node("Back", "moveBinaryData", 1, {"mode": "jsonToBinary", "convertAllData": True}),
            ]
        )
    )
    assert steps["Make"][0][0][0]["binary"]["data"]["fileName"] == "{{x}}.txt"
    assert first_output(steps, "Move") == [{"c": "hi"}]
    assert steps["Back"][0][0][0]["binary"]["data"]["mimeType"] == "application/json"
