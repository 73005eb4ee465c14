"""Tests of code.javascript: what it asks of the sandbox, and what policies say to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import InvalidInput, PayloadTooLarge, PolicyViolation, StepFailure
from engine.base.limits import Limits
from engine.ports.policy import PERSONAL, Policy
from engine.ports.sandbox import CodeResult, Usage
from engine.testing.no_sandbox import NoSandbox
from engine.testing.step_bench import NOW_US, StepBench, items_of, json_of


class NotingSandbox(NoSandbox):
    """Gives the items back and notes what it was asked."""

    def __init__(self):
        self.asked = []

    def run_code(self, request, limits, host=None):
        self.asked.append((request, limits))
        return CodeResult(list(request.items), ["logged"], Usage(fuel=7), request.cid)


@pytest.fixture
def sandbox():
    return NotingSandbox()


@pytest.fixture
def run(sandbox):
    def run(code, *objects, mode="all", **options):
        bench = StepBench("code.javascript", {"code": code, "mode": mode}, sandbox=sandbox, **options)
        return bench.run(items_of(*objects))

    return run


def test_the_code_is_handed_over_as_it_is_written_with_items_time_and_chance(run, sandbox):
    run("return `{{ $json.n }}`", {"n": 1}, mode="each", seed=b"s" * 32, timezone="Europe/Berlin")
    ((request, _),) = sandbox.asked
    assert (request.language, request.source, request.mode) == (
        "javascript",
        "return `{{ $json.n }}`",
        "each",
    )
    assert json_of(request.items) == [{"n": 1}]
    given = request.determinism
    assert (given.now_us, given.seed, given.timezone) == (NOW_US, b"s" * 32, "Europe/Berlin")


def test_the_code_may_know_its_flow_and_execution(run, sandbox):
    run("return []")
    about = sandbox.asked[0][0].context
    assert (about["workflow"]["id"], about["execution"]["id"], about["run"]) == ("flow", "exe_bench", 0)
    assert about["parameter"] == {"mode": "all"}


def test_the_result_carries_logs_fuel_and_the_code(run):
    result = run("return items", {"n": 1})
    assert json_of(result.outputs["main"]) == [{"n": 1}]
    assert (result.logs, result.usage.fuel) == (["logged"], 7)
    assert result.code == cid_of_bytes(b"return items", RAW)


def test_the_shorter_of_deadline_and_timeout_holds(run, sandbox):
    run("return []", timeout_ms=100)
    run("return []", limits=Limits(sandbox_deadline_ms=50, sandbox_memory_bytes_max=1))
    assert [limits.deadline_ms for _, limits in sandbox.asked] == [100, 50]
    assert sandbox.asked[1][1].memory_bytes == 1


@pytest.mark.parametrize("code", ["none", "approved-only"])
def test_a_policy_without_code_refuses_it_by_cid(run, sandbox, code):
    with pytest.raises(PolicyViolation, match=cid_of_bytes(b"return {}", RAW)):
        run("return {}", policy=Policy(PERSONAL, code=code))
    assert sandbox.asked == []


@pytest.mark.parametrize(
    ("code", "mode"), [("", "all"), ("x" * (1024 * 1024 + 1), "all"), ("return", "some")]
)
def test_a_step_needs_code_and_a_mode(run, code, mode):
    with pytest.raises(InvalidInput):
        run(code, mode=mode)


def test_code_reads_files_of_its_items_and_no_others(sandbox):
    bench = StepBench("code.javascript", {"code": "return items"}, sandbox=sandbox)
    entry = bench.context([]).binaries.put(b"hi", file_name="a.txt")
    other = bench.context([]).binaries.put(b"secret")
    bench.kind.run(bench.context([{"json": {}, "binary": {"data": entry}}]))
    read = sandbox.asked[0][0].file
    assert read(entry["id"]) == b"hi"
    with pytest.raises(StepFailure, match="none of the items"):
        read(other["id"])
    bench.kind.run(bench.context([{"json": {}, "binary": {"data": {**entry, "bytes": 2**40}}}]))
    with pytest.raises(PayloadTooLarge, match="step_output_bytes_max"):
        sandbox.asked[1][0].file(entry["id"])


class FailingSandbox(NoSandbox):
    """Runs no code."""

    def run_code(self, request, limits, host=None):
        raise StepFailure("boom [line 1]")


def test_code_for_all_items_that_fails_gives_one_item_where_the_flow_goes_on():
    parameters = {"code": "throw 1", "mode": "all"}
    bench = StepBench("code.javascript", parameters, sandbox=FailingSandbox())
    bench.step = replace(bench.step, on_error="continue")
    (item,) = bench.run(items_of({"n": 1}, {"n": 2})).outputs["main"]
    assert item["json"] == {"error": "boom [line 1]"}
    assert "pairedItem" not in item


@pytest.mark.parametrize(("on_error", "tolerant"), [("continue", True), ("stop", False)])
def test_code_for_each_item_tells_of_those_it_fails_for(sandbox, on_error, tolerant):
    parameters = {"code": "return item", "mode": "each"}
    bench = StepBench("code.javascript", parameters, sandbox=sandbox)
    bench.step = replace(bench.step, on_error=on_error)
    bench.run(items_of({"n": 1}))
    assert sandbox.asked[0][0].tolerant is tolerant
