"""What code keeps from run to run, and what comes along of it."""

from __future__ import annotations

import pytest

from engine.ports.grants import KvCapability
from engine.ports.parameters import validated
from engine.steps.reaching import ReachingParameters
from tests.n8n_import.support import imported, node, translated, workflow

CODE = "const d = $getWorkflowStaticData('global'); d.n = 1; return items;"


@pytest.mark.parametrize(
    ("kind", "version", "parameters"),
    [
        ("code", 2, {"jsCode": CODE}),
        ("code", 2, {"language": "python", "pythonCode": "d = _getWorkflowStaticData('node')\nreturn []"}),
        ("function", 1, {"functionCode": CODE.replace("$get", "get")}),
        ("functionItem", 1, {"functionCode": CODE.replace("$get", "get")}),
    ],
)
def test_code_that_keeps_data_asks_for_it_and_says_so(kind, version, parameters):
    found = translated(kind, version, parameters)
    given = found.flow.steps[0].parameters
    asked = {"capabilities": given["capabilities"]}
    (capability,) = validated(ReachingParameters, asked, "s").capabilities
    assert isinstance(capability, KvCapability)
    assert capability.prefix == "static:"
    assert any("qflow capabilities allow" in issue["message"] for issue in found.issues)
    if kind != "code":
        assert "const getWorkflowStaticData = $getWorkflowStaticData" in given["code"]


def test_other_code_asks_for_nothing():
    assert "capabilities" not in translated("code", 2, {"jsCode": "return items"}).flow.steps[0].parameters


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"global": {"n": 1}, "node:A": {"last": "x"}}, {"global": {"n": 1}, "node:A": {"last": "x"}}),
        ('{"global": {"n": 1}}', {"global": {"n": 1}}),
        ("no JSON", None),
        ({"global": {}, "odd": {"a": 1}, "node:B": 5}, None),
        ({"global": {"n": "x" * 70_000}}, None),
        (None, None),
    ],
)
def test_static_data_comes_along(given, wanted):
    found = imported(workflow([node("A", "noOp")], staticData=given))
    assert found.flow.extra.get("static") == wanted
    too_large = isinstance(given, dict) and len(str(given)) > 60_000
    assert too_large == any("too large" in issue["message"] for issue in found.issues)
