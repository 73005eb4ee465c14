"""code.python on the real guest."""

from __future__ import annotations

import pytest

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import SandboxViolation, StepFailure
from engine.base.limits import Limits
from engine.testing.step_bench import StepBench, items_of, json_of


@pytest.fixture
def run(sandbox):
    def run(code, *objects, mode="all", **options):
        bench = StepBench("code.python", {"code": code, "mode": mode}, sandbox=sandbox, **options)
        return bench.run(items_of(*objects))

    return run


def test_what_the_code_returns_goes_on(run):
    result = run("return [{'n': item.json.n * 2} for item in _items]", {"n": 1}, {"n": 5})
    assert json_of(result.outputs["main"]) == [{"n": 2}, {"n": 10}]


def test_code_may_run_for_each_item(run):
    result = run("return {'at': _itemIndex} if _json.n else None", {"n": 0}, {"n": 1}, mode="each")
    assert result.outputs["main"] == [{"json": {"at": 1}, "pairedItem": {"item": 1}}]


def test_the_receipt_names_the_code_and_what_it_used(run):
    code = "print('hello')\nreturn {}"
    result = run(code)
    assert result.code == cid_of_bytes(code.encode(), RAW)
    assert result.usage.fuel > 0
    assert result.logs == ["hello"]


def test_what_looks_like_an_expression_is_code(run):
    assert json_of(run("x = 1\nreturn {'a': f'{{x}} $json.n {x}'}", {"n": 1}).outputs["main"]) == [
        {"a": "{x} $json.n 1"}
    ]


def test_the_code_knows_its_flow_and_time(run):
    result = run("return {'f': _workflow.id, 'e': _execution['id'], 'r': _runIndex, 't': _now}")
    assert json_of(result.outputs["main"]) == [
        {"f": "flow", "e": "exe_bench", "r": 0, "t": "2023-11-14T22:13:20+00:00"}
    ]


def test_an_error_names_its_place(run):
    with pytest.raises(StepFailure, match=r"ZeroDivisionError: division by zero \(line 2, column 8\)"):
        run("a = 1\nreturn a / 0")


def test_the_limits_of_the_policy_hold(run):
    with pytest.raises(SandboxViolation) as caught:
        run("while True: pass", limits=Limits(sandbox_deadline_ms=100))
    assert caught.value.details["limit"] == "time"


def test_the_timeout_of_the_step_holds(run):
    with pytest.raises(SandboxViolation):
        run("while True: pass", timeout_ms=100)
