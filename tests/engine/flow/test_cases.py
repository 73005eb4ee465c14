"""Tests of a flow in its definition: what may be written, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.flow.canonical import from_canonical, to_canonical
from engine.flow.cases import Mock, case_of, cases_of
from engine.flow.diff import diff_flows
from engine.flow.dump import dump_flow
from engine.flow.parse import Parsed, parse_flow
from engine.steps.registry import Registry
from engine.usecases.validate_flow import NodeTypes

TYPES = NodeTypes(Registry())

WHOLE: dict[str, Any] = {
    "name": "a known caller",
    "notes": "for people",
    "start": "call",
    "items": [{"json": {"name": "Ada"}}],
    "mocks": {
        "ask": {"items": [{"json": {"found": None}, "binary": {}}]},
        "known": {"outputs": {"true": [{"json": {}}], "false": []}},
        "tell": {"error": {"message": "out of order", "type": "network_error"}},
    },
    "allow": ["note"],
    "expect": {
        "end": "failed",
        "error": "order",
        "outputs": {"known": {"true": [{"json": {}}]}},
        "contains": {"ask": {"main": [{"json": {"found": None}}]}},
        "assertions": ["{{ $json.total > 0 }}"],
    },
}

STEPS = [
    {"id": "call", "type": "trigger.manual", "next": {"main": "ask"}},
    {"id": "ask", "type": "http.request", "params": {"url": "https://a.org"}, "next": {"main": "known"}},
    {"id": "known", "type": "logic.condition", "params": {"value": "$json.found", "operator": "exists"},
     "next": {"true": "tell", "false": "note"}},
    {"id": "tell", "type": "data.set", "params": {"fields": {"x": 1}}},
    {"id": "note", "type": "data.set", "params": {"fields": {"x": 2}}},
]  # fmt: skip


def read(*tests: Any, draft: bool = False) -> Parsed:
    text = json.dumps({"id": "f", "steps": STEPS, "tests": list(tests)})
    return parse_flow(text, TYPES, default_id="f", draft=draft)


def case(**more: Any) -> dict[str, Any]:
    return {"name": "one", **more}


def test_a_case_keeps_everything_that_is_written() -> None:
    flow = read(WHOLE).flow
    assert flow is not None
    assert flow.tests == (WHOLE,)
    [one] = cases_of(flow)
    assert (one.name, one.start, one.end, one.error) == ("a known caller", "call", "failed", "order")
    assert one.mocks["ask"] == Mock({"": [{"json": {"found": None}, "binary": {}}]})
    assert one.mocks["tell"] == Mock({}, "out of order", "network_error")
    assert one.allow == {"note"}
    assert one.assertions == ("{{ $json.total > 0 }}",)


@pytest.mark.parametrize("syntax", ["yaml", "json"])
def test_a_flow_with_tests_can_be_written_and_read_again(syntax: Any) -> None:
    flow = read(WHOLE, case()).flow
    assert flow is not None
    again = parse_flow(dump_flow(flow, syntax), TYPES).flow
    assert again is not None
    assert (again, again.version) == (flow, flow.version)
    assert from_canonical(to_canonical(flow)) == flow


def test_the_version_covers_the_tests_and_a_flow_without_any_keeps_its_version() -> None:
    bare, tested, other = read().flow, read(case()).flow, read(case(items=[{"json": {"n": 1}}])).flow
    assert bare is not None
    assert tested is not None
    assert other is not None
    assert len({bare.version, tested.version, other.version}) == 3
    assert "tests" not in to_canonical(bare)
    assert [change.path for change in diff_flows(tested, other).details_changed] == ["tests[0].items"]


def test_a_case_is_found_by_its_name() -> None:
    flow = read(case(), case(name="two", start="call")).flow
    assert flow is not None
    assert case_of(flow, "two").start == "call"
    assert case_of(flow, "three") is None


@pytest.mark.parametrize(
    ("wrong", "path", "words"),
    [
        ({"name": ""}, "tests[0].name", "must not be empty"),
        ({"name": "a", "input": []}, "tests[0].input", "unknown key"),
        (case(items=[{"n": 1}]), "tests[0].items[0].json", "is required"),
        (case(expect={"end": "succeeded"}), "tests[0].expect.end", "must be one of"),
        (case(start="cal"), "tests[0].start", "there is no step 'cal'"),
        (case(allow=["asks"]), "tests[0].allow[0]", "there is no step"),
        (case(mocks={"ask": {}}), "tests[0].mocks.ask", "needs one of"),
        (case(mocks={"ask": {"items": [], "outputs": {}}}), "tests[0].mocks.ask", "needs one of"),
        (case(mocks={"gone": {"items": []}}), "tests[0].mocks.gone", "there is no step"),
        (case(mocks={"known": {"outputs": {"yes": []}}}), "tests[0].mocks.known.outputs.yes", "no output"),
        (case(mocks={"ask": {"items": []}}, allow=["ask"]), "tests[0].allow[0]", "never acts"),
        (case(expect={"error": "x"}), "tests[0].expect.error", "where the execution fails"),
        (case(expect={"outputs": {"ask": {"no": []}}}), "tests[0].expect.outputs.ask.no", "no output port"),
        (
            case(expect={"outputs": {"ask": {"main": []}}, "contains": {"ask": {"main": []}}}),
            "tests[0].expect.contains.ask.main",
            "exactly",
        ),
        (case(expect={"assertions": ["$json.n > 0"]}), "tests[0].expect.assertions[0]", "one expression"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(wrong: Any, path: str, words: str) -> None:
    found = read(wrong)
    assert found.flow is None
    [problem] = [one for one in found.errors if words in one.message]
    assert problem.path == path
    assert problem.line


def test_two_cases_have_two_names() -> None:
    assert [problem.path for problem in read(case(), case()).errors] == ["tests[1].name"]


def test_a_draft_may_have_tests_of_steps_that_are_gone() -> None:
    found = read(case(start="gone", expect={"outputs": {"gone": {"main": []}}}), draft=True)
    assert found.flow is not None
    assert {problem.severity for problem in found.problems} == {"incomplete"}


def test_the_failure_port_can_be_expected_and_mocked() -> None:
    error = [{"json": {"error": {"message": "no"}}}]
    written = case(
        mocks={"ask": {"outputs": {"failure": error}}}, expect={"contains": {"ask": {"failure": error}}}
    )
    assert read(written).flow
