"""``qflow test``: tests of files and of flows of a node, their report and exit codes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from engine.cli.junit import flaw_lines, junit
from tests.engine.cli.support import Qflow

FLOW = """\
id: greet
name: greet
settings: {testsMustPass: true}
steps:
  - id: begin
    action: trigger.manual
    onSuccess: load
  - id: load
    action: http.request
    params: {url: "https://example.org"}
    onSuccess: shape
  - id: shape
    action: data.set
    params: {fields: {hello: "{{ $json.name }}"}}
tests:
  - name: greets
    mocks: {load: {items: [{json: {name: Ada}}]}}
    expect:
      contains: {shape: {main: [{json: {hello: NAME}}]}}
      assertions: ["{{ $json.hello.length === 3 }}"]
"""


@pytest.fixture
def file(tmp_path):
    def write(name: str) -> str:
        path = tmp_path / "greet.yaml"
        path.write_text(FLOW.replace("NAME", name))
        return str(path)

    return write


def test_the_tests_of_a_file_are_run_and_a_failure_exits_1(qflow: Qflow, file, tmp_path):
    results = tmp_path / "results.xml"
    done = qflow("test", file("Bob"), "--junit", str(results), code=1)
    assert "FAILED  greets" in done.out
    assert '[0].json.hello: expected "Bob", got "Ada"' in done.out
    assert "1 tests, 1 failed" in done.out
    suite = ET.parse(results).getroot().find("testsuite")
    assert suite.attrib["name"] == "greet"
    assert suite.find("testcase/failure").attrib["type"] == "output"


def test_a_flow_of_the_node_is_tested_and_published_once_its_tests_pass(qflow: Qflow, file):
    qflow("create", file("Bob"))
    assert "before its tests pass" in qflow("publish", "greet", code=2).err
    qflow("update", "greet", file("Ada"))
    done = qflow("test", "greet", "--case", "greets", "--json", "--coverage-min", "100", code=1)
    assert done.json["passed"]
    assert done.json["cases"][0]["executionId"].startswith("exe_")
    assert "less than 100 %" in done.err
    assert "published" in qflow("publish", "greet").out


def test_the_report_is_xml_whatever_the_data_holds():
    flaw = {
        "kind": "output",
        "message": "not \x00 <as> expected",
        "differences": [{"path": "[0]", "expected": {"json": {"x": "\ud800]]>"}}}],
    }
    case = {"name": "\x1b & co", "passed": False, "durationMs": 1500.0, "flaws": [flaw], "executionId": None}
    root = ET.fromstring(junit([{"flowId": "f", "cases": [case, {**case, "flaws": [], "passed": True}]}]))
    assert root.attrib == {"tests": "2", "failures": "1", "errors": "0", "time": "3.000"}
    assert "got nothing" in root.find("testsuite/testcase/failure").text
    more = {"message": "m", "differences": [{"path": "[1]", "got": 1}]}
    assert flaw_lines(more)[1] == "  [1]: got 1, expected nothing"
