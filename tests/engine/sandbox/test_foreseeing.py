"""Steps in a row asked of the JavaScript guest at once: what they are told is what each is told by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import SandboxViolation
from engine.ports.sandbox import Ahead, CodeRequest, Determinism, ExpressionBatch, Later, RowAhead
from engine.sandbox.wasm_sandbox import WasmSandbox
from tests.engine.sandbox.conftest import NEW_YORK, NOW_US, QUICK

ITEMS = [{"json": {"n": 1, "list": [3, 1]}}, {"json": {"n": 2.5, "list": []}}]
OTHER_MOMENT = Determinism(NOW_US + 1, b"other" * 8, NEW_YORK.timezone)


def fields(*templates: str, keep: bool = True, kind: str | None = None) -> Ahead:
    """A step that sets a field by each template."""
    wanted = [[f"f{column}", kind, column, None] for column in range(len(templates))]
    rule = {"follow": "fields", "keep": keep, "fields": wanted}
    return Ahead(ExpressionBatch(templates, (), NEW_YORK, {"node": "here"}), rule)


def code(source: str, mode: Any = "all") -> Ahead:
    return Ahead(CodeRequest("javascript", source, (), NEW_YORK, mode, {"run": 0}), {"follow": "code"})


def row_of(first: Ahead, *later: Ahead) -> RowAhead:
    return RowAhead(first, Later(later), len(later), {})


def alone(sandbox: WasmSandbox, ahead: Ahead, items: Any) -> Any:
    """The answer of a call of its own at another moment, but for what it used."""
    call = replace(ahead.call, items=items, determinism=OTHER_MOMENT)
    if isinstance(call, CodeRequest):
        found = sandbox.run_code(call, QUICK)
        return found.items, found.logs, found.code
    values = sandbox.evaluate(call, QUICK)
    return values.values, values.faults


def plain(answer: Any) -> Any:
    if hasattr(answer, "items"):
        return answer.items, answer.logs, answer.code
    return answer.values, answer.faults


STEPS = [
    fields("{{ $json.n + 1 }}"),
    fields("{{ $json.list }}", "a {{ $json.f0 }} b"),
    fields("{{ $json.list.sum() }}", keep=False),
    fields("{{ $itemIndex }}", "{{ $json.missing?.deeper }}"),
    fields("{{ (() => { $json.list?.push(9); return $json.list })() }}"),
    fields("{{ $json.nothing.here() }}", "{{ $('Nobody').all() }}"),
    fields("{{ Object.keys($json).join() }}", kind="string"),
    code("return items"),
    code(
        "console.log(items.length);"
        "return items.map(({ json }) => ({ json: { ...json, m: (json.n ?? 0) * 2 } }))"
    ),
    code("$json.seen = setTimeout(() => {}, 5); return $input.item", "each"),
    code("if (!items[0].json.list) throw new Error('no list'); return [{ json: { n: 7, list: [1] } }]"),
    code("leak = items.length; items[0].json.leak = typeof globalThis.leak; return items"),
]


@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=6))
def test_whatever_is_told_of_a_row_each_step_is_told_by_itself(sandbox, row):
    seen = sandbox.foresee(ITEMS, row_of(*row), QUICK)
    assert not seen.looked
    for ahead, told in zip(row, seen.answers, strict=False):
        assert plain(told.answer) == alone(sandbox, ahead, told.items)


def test_all_of_a_plain_row_is_told_with_the_items_that_go_from_step_to_step(sandbox):
    row = [fields("{{ $json.n + 1 }}", keep=False, kind="number"), Ahead(None, fields("").rule), STEPS[7]]
    row[1] = Ahead(None, {"follow": "fields", "keep": True, "fields": [["x", None, None, [1]]]})
    seen = sandbox.foresee([{"json": {"n": 1}}], row_of(*row), QUICK)
    assert [told.items for told in seen.answers] == [
        [{"json": {"n": 1}}],
        [{"json": {"f0": 2}, "pairedItem": {"item": 0}}],
        [{"json": {"f0": 2, "x": [1]}, "pairedItem": {"item": 0}}],
    ]


@pytest.mark.parametrize(
    "looking",
    [
        fields("{{ $now.toISO() }}"),
        fields("{{ new Date().getTime() }}"),
        fields("{{ [1, 2].randomItem() }}"),
        code("return [{ json: { at: globalThis['Da' + 'te'].now() } }]"),
        code("return [{ json: { r: Math['ran' + 'dom']() } }]"),
        code("try { new Date() } catch {} return items"),
        code("try { await $kv.get('a') } catch {} return items"),
        code("try { await $helpers.httpRequest('http://a.example') } catch {} return items"),
        code("try { $getWorkflowStaticData('global') } catch {} return items"),
    ],
)
def test_a_step_that_looks_at_more_than_its_items_is_told_nothing_ahead(sandbox, looking):
    seen = sandbox.foresee(ITEMS, row_of(*[STEPS[0], looking, STEPS[0]]), QUICK)
    assert seen.looked
    assert len(seen.answers) == 1


@pytest.mark.parametrize(
    "ending",
    [
        fields("{{ 'text' }}", kind="number"),
        fields("{{ $json.nothing.here() }}", "{{ $('Nobody').all() }}"),
        code("return []"),
    ],
)
def test_a_row_ends_where_items_cannot_be_foretold(sandbox, ending):
    seen = sandbox.foresee(ITEMS, row_of(*[ending, STEPS[0]]), QUICK)
    assert (len(seen.answers), seen.looked) == (1, False)


def test_code_that_throws_is_told_nothing_and_throws_by_itself(sandbox):
    seen = sandbox.foresee(ITEMS, row_of(*[STEPS[0], code("throw new Error('no')"), STEPS[0]]), QUICK)
    assert len(seen.answers) == 1


@pytest.mark.parametrize(
    ("source", "limit"),
    [
        ("for (;;) {}", "fuel"),
        ("const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1))", "memory"),
        ("await new Promise((done) => setTimeout(done, 1)); return items", "promise"),
    ],
)
def test_a_row_is_told_nothing_where_one_step_crosses_a_limit(sandbox, source, limit):
    limits = replace(QUICK, fuel=1_000_000_000, memory_bytes=32 * 1024 * 1024)
    with pytest.raises(SandboxViolation) as raised:
        sandbox.foresee(ITEMS, row_of(*[STEPS[0], code(source)]), limits)
    assert raised.value.details["limit"] == limit


def test_what_a_row_used_is_divided_among_its_steps(sandbox):
    one = sandbox.foresee(ITEMS, row_of(*STEPS[:1]), QUICK).answers[0].answer.usage
    shares = [told.answer.usage for told in sandbox.foresee(ITEMS, row_of(*[STEPS[0]] * 8), QUICK).answers]
    assert len({share.fuel for share in shares[1:]}) == 1
    assert 0 < shares[1].fuel < one.fuel < sum(share.fuel for share in shares)
    assert all(share.wall_us and share.memory_bytes for share in shares)


def test_a_step_of_another_guest_ends_the_row(sandbox):
    python = Ahead(CodeRequest("python", "return []", (), NEW_YORK), {"follow": "code"})
    assert len(sandbox.foresee(ITEMS, row_of(*[STEPS[0], python, STEPS[0]]), QUICK).answers) == 1


def test_steps_in_a_row_find_nothing_of_one_another(sandbox):
    leaving = code(
        "try { globalThis.left = 1; Array.prototype.left = 1 } catch {}"
        "try { eval('var left = 1') } catch {} setTimeout(() => {}, 1); return items"
    )
    looking = code(
        "return [{ json: { id: setTimeout(() => {}, 1), left: typeof left, on: [].left ?? null } }]"
    )
    told = sandbox.foresee(ITEMS, row_of(*[leaving, looking]), QUICK).answers[1]
    assert told.answer.items[0]["json"] == {"id": 1, "left": "undefined", "on": None}
