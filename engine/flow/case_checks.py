"""Checks of a flow's tests against its steps: names, ports, and words that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.flow.document import Path, Report, nearest
from engine.flow.draft import Drafts
from engine.flow.model import FAILURE

_WAYS = ("items", "outputs", "error")


def check_cases(tests: Sequence[Mapping[str, Any]], drafts: Drafts, report: Report) -> None:
    """Report what is wrong with the cases, each at its place."""
    seen: set[str] = set()
    for number, case in enumerate(tests):
        path: Path = ("tests", number)
        if case["name"] in seen:
            report.error((*path, "name"), f"{case['name']!r} is there twice", "duplicate_id")
        seen.add(case["name"])
        _Check(case, path, drafts, report).all()


class _Check:
    """The checks of one case."""

    def __init__(self, case: Mapping[str, Any], path: Path, drafts: Drafts, report: Report) -> None:
        self._case, self._path, self._drafts, self._report = case, path, drafts, report

    def all(self) -> None:
        case = self._case
        if "start" in case:
            self._step(case["start"], (*self._path, "start"))
        for index, step in enumerate(case.get("allow", ())):
            self._allowed(step, (*self._path, "allow", index))
        for step, mock in case.get("mocks", {}).items():
            self._mock(step, mock, (*self._path, "mocks", step))
        self._expect(case.get("expect", {}), (*self._path, "expect"))

    def _step(self, step: str, path: Path) -> bool:
        if step in self._drafts.by_id:
            return True
        message, hint = f"there is no step {step!r}", nearest(step, self._drafts.by_id)
        self._report.error(path, message, "unknown_step", hint)
        return False

    def _allowed(self, step: str, path: Path) -> None:
        if self._step(step, path) and step in self._case.get("mocks", {}):
            message = f"step {step!r} is mocked, so it never acts"
            self._report.error(path, message, "contradiction", "leave it out here, or under mocks")

    def _mock(self, step: str, mock: Mapping[str, Any], path: Path) -> None:
        if len([way for way in _WAYS if mock.get(way) is not None]) != 1:
            hint = "items: [{json: {}}]"
            self._report.error(path, f"needs one of {', '.join(_WAYS)}", "contradiction", hint)
        if self._step(step, path):
            self._ports(step, mock.get("outputs") or (), (*path, "outputs"))

    def _ports(self, step: str, named: Iterable[str], path: Path) -> None:
        ports = self._drafts.by_id[step].ports
        if ports is None:
            return
        known = (*ports[1], FAILURE)
        for port in named:
            if port not in known:
                message = f"step {step!r} has no output port {port!r}"
                self._report.error((*path, port), message, "unknown_port", nearest(port, known))

    def _expect(self, expect: Mapping[str, Any], path: Path) -> None:
        if "error" in expect and expect.get("end") != "failed":
            message = "is only there where the execution fails"
            self._report.error((*path, "error"), message, "contradiction", "end: failed")
        for way in ("outputs", "contains"):
            for step, ports in expect.get(way, {}).items():
                if self._step(step, (*path, way, step)):
                    self._ports(step, ports, (*path, way, step))
        self._check_twice(expect, path)
        for index, text in enumerate(expect.get("assertions", ())):
            self._assertion(text, (*path, "assertions", index))

    def _check_twice(self, expect: Mapping[str, Any], path: Path) -> None:
        exact = expect.get("outputs", {})
        for step, ports in expect.get("contains", {}).items():
            for port in ports:
                if port in exact.get(step, {}):
                    message = "outputs says exactly what this port gives"
                    place = (*path, "contains", step, port)
                    self._report.error(place, message, "contradiction", "leave one of them out")

    def _assertion(self, text: str, path: Path) -> None:
        bare = text.strip()
        if not (bare.startswith("{{") and bare.endswith("}}") and len(bare) > 4):
            message = "must be one expression that comes to true or false"
            self._report.error(path, message, "not_an_expression", '"{{ $json.total > 0 }}"')
