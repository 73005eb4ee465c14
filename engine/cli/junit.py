"""Results of flows' tests as JUnit XML, which servers for continuous integration read.

Source: https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

Json = dict[str, Any]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""


def junit(reports: Sequence[Json]) -> bytes:
    """A document with a suite for each report, in the shape of REST's answer."""
    root = ET.Element("testsuites", _counts([case for report in reports for case in report["cases"]]))
    for report in reports:
        suite = ET.SubElement(
            root, "testsuite", {"name": _text(report["flowId"]), **_counts(report["cases"])}
        )
        for case in report["cases"]:
            _add_case(suite, report["flowId"], case)
    ET.indent(root)
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def _counts(cases: Sequence[Json]) -> dict[str, str]:
    failed = sum(not case["passed"] for case in cases)
    seconds = sum(case["durationMs"] for case in cases) / 1000
    return {"tests": str(len(cases)), "failures": str(failed), "errors": "0", "time": f"{seconds:.3f}"}


def _add_case(suite: ET.Element, flow: str, case: Json) -> None:
    names = {
        "classname": _text(flow),
        "name": _text(case["name"]),
        "time": f"{case['durationMs'] / 1000:.3f}",
    }
    element = ET.SubElement(suite, "testcase", names)
    if not case["flaws"]:
        return
    first, lines = case["flaws"][0], [line for flaw in case["flaws"] for line in flaw_lines(flaw)]
    failure = ET.SubElement(element, "failure", {"message": _text(first["message"]), "type": first["kind"]})
    failure.text = _text("\n".join(lines))


def flaw_lines(flaw: Json) -> list[str]:
    """A flaw for people: what is wrong, and each difference on a line of its own."""
    lines = [flaw["message"]]
    for one in flaw.get("differences", ()):
        sides = [f"{side} {_value(one[side])}" for side in ("expected", "got") if side in one]
        if len(sides) == 1:
            sides.append("got nothing" if "expected" in one else "expected nothing")
        lines.append(f"  {one['path']}: {', '.join(sides)}")
    return lines


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
