"""Tests of code.python: what it asks of the sandbox, and what policies say to it."""

from __future__ import annotations

import pytest

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import InvalidInput, PolicyViolation
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
        return CodeResult(list(request.items), ["printed"], Usage(fuel=7), request.cid)


@pytest.fixture
def sandbox():
    return NotingSandbox()


@pytest.fixture
def run(sandbox):
    def run(code, *objects, **options):
        parameters = {"code": code, "mode": options.pop("mode", "all")}
        bench = StepBench("code.python", parameters, sandbox=sandbox, **options)
        return bench.run(items_of(*objects))

    return run


def test_the_code_is_handed_over_with_items_time_and_chance(run, sandbox):
    run("return {{ $json.n }}", {"n": 1}, mode="each", seed=b"s" * 32)
    ((request, _),) = sandbox.asked
    assert (request.language, request.source, request.mode) == ("python", "return {{ $json.n }}", "each")
    assert json_of(request.items) == [{"n": 1}]
    assert (request.determinism.now_us, request.determinism.seed) == (NOW_US, b"s" * 32)


def test_the_result_carries_logs_fuel_and_the_code(run):
    result = run("return _items", {"n": 1})
    assert json_of(result.outputs["main"]) == [{"n": 1}]
    assert (result.logs, result.usage.fuel) == (["printed"], 7)
    assert result.code == cid_of_bytes(b"return _items", RAW)


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


def test_a_step_needs_code(run):
    with pytest.raises(InvalidInput):
        run("")
