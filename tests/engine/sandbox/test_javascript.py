"""Virtual machines that are used again: nothing of a call is left for the next one."""

from __future__ import annotations

import contextlib

import pytest

from engine.base.errors import SandboxViolation, StepFailure
from engine.base.limits import GUEST_SPARES_MAX
from engine.ports.sandbox import MEBIBYTE, CodeRequest, SandboxLimits
from tests.engine.sandbox.conftest import NEW_YORK, QUICK
from tests.engine.sandbox.hosts import ToldHost


@pytest.fixture
def guest(sandbox):
    return sandbox._javascript()


def run(sandbox, source, host=None, limits=QUICK, secret="s3cret"):
    items = [{"json": {"secret": secret}}]
    return sandbox.run_code(CodeRequest("javascript", source, items, NEW_YORK), limits, host)


def test_after_a_call_the_memory_is_that_of_the_snapshot_byte_for_byte(sandbox, guest):
    run(sandbox, "const kept = $json.secret.repeat(999); console.log(kept); return { kept }")
    spare = guest._spares._kept[-1]
    assert spare.memory() == guest._spares._image.content
    assert b"s3cret" not in spare.memory()
    assert spare._host is None


def test_a_call_after_another_uses_as_much_fuel_as_the_first(sandbox, guest):
    source = "return { r: Math.random(), t: Date.now() }"
    guest._spares._kept.clear()
    first = run(sandbox, source)
    for _ in range(3):
        run(
            sandbox,
            "try { Array.prototype.x = 2 } catch { } return { [$json.secret]: 1 }",
            secret="x" * 10_000,
        )
        again = run(sandbox, source)
        assert (again.items, again.usage.fuel) == (first.items, first.usage.fuel)


def test_a_machine_that_was_stopped_or_has_grown_is_not_used_again(sandbox, guest):
    run(sandbox, "return []")
    before = list(guest._spares._kept)
    with pytest.raises(SandboxViolation):
        run(sandbox, "for (;;);", limits=SandboxLimits(deadline_ms=50))
    assert guest._spares._kept == before[:-1]
    run(sandbox, "return { n: 'x'.repeat(20_000_000).length }")
    assert all(spare.memory() == guest._spares._image.content for spare in guest._spares._kept)


def test_few_machines_are_kept(sandbox, guest):
    with contextlib.ExitStack() as all_at_once:
        for _ in range(GUEST_SPARES_MAX + 3):
            all_at_once.enter_context(guest.machine(QUICK, NEW_YORK))
    assert len(guest._spares._kept) == GUEST_SPARES_MAX


def test_the_limits_of_each_call_hold(sandbox):
    run(sandbox, "return []", limits=SandboxLimits(memory_bytes=128 * MEBIBYTE))
    with pytest.raises(SandboxViolation) as raised:
        run(sandbox, "return { n: 'x'.repeat(20_000_000) }", limits=SandboxLimits(memory_bytes=16 * MEBIBYTE))
    assert raised.value.details["limit"] == "memory"
    with pytest.raises(SandboxViolation):
        run(sandbox, "return []", limits=SandboxLimits(memory_bytes=MEBIBYTE))


def test_the_host_of_one_call_does_not_answer_the_next(sandbox):
    first = ToldHost(kv=lambda request: {"found": True, "value": 1, "revision": 1})
    assert run(sandbox, "return { n: await $kv.get('a') }", first).items[0]["json"] == {"n": 1}
    second = ToldHost(kv=lambda request: {"found": False, "value": None, "revision": 0})
    assert run(sandbox, "return { n: await $kv.get('a', 2) }", second).items[0]["json"] == {"n": 2}
    assert len(first.asked) == 1


@pytest.mark.parametrize(
    "source",
    [
        "return 1 }); (function () { return",
        "} while (0) }); (function () { do {",
        "}\nwhile (0) {",
        "}\nwhile (0); do {",
        "}; }); globalThis; (function ($) { with ($) return async function () {",
        "} while (0); if (0) {",
        "} while (0) }) /*",
        "} while (0) }) //",
        "`${",
        "/*",
    ],
)
def test_code_that_would_end_its_own_function_is_a_syntax_error(sandbox, source):
    with pytest.raises(StepFailure) as raised:
        run(sandbox, source)
    assert raised.value.details["error"] == "SyntaxError"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("var a = 1; function a() {} return { a }", {"a": 1}),
        ("'use strict'; return { a: this.helpers !== undefined }", {"a": True}),
        ("return { a: [1, 2].map((x) => { return x }) } // } while (0)", {"a": [1, 2]}),
        ("a = 1; for (b of [2]) { } for (c in { d: 1 }) { } return { a, b, c }", {"a": 1, "b": 2, "c": "d"}),
        ("const t = `<p class=\"a\" for = 'b'>`; n = t.length; n += 1; return { n }", {"n": 24}),
        (
            "let f = 1; { f = 2 } return { f, g: typeof g, h: 'g = 1'.length }",
            {"f": 2, "g": "undefined", "h": 5},
        ),
        ("return { a: await (async () => 5)() }", {"a": 5}),
        ("for (const a of [1]) { if (a) continue; break; } return { a: `}${'}'}` }", {"a": "}}"}),
    ],
)
def test_ordinary_code_fits(sandbox, source, wanted):
    assert run(sandbox, source).items[0]["json"] == wanted
