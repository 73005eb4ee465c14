"""``customData`` as code and expressions see it, in both languages."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput, StepFailure
from engine.ports.sandbox import ExpressionBatch
from engine.testing.step_bench import StepBench, items_of
from tests.engine.sandbox.conftest import NEW_YORK, QUICK

SETS = {
    "code.javascript": """
$execution.customData.set("a", "x");
$execution.customData.setAll({ n: 7, yes: true });
return [{ json: { a: $execution.customData.get("a"), all: $execution.customData.getAll() } }];
""",
    "code.python": """
_execution.customData.set("a", "x")
_execution.customData.setAll({"n": 7, "yes": True})
return [{"json": {"a": _execution.customData.get("a"), "all": _execution.customData.getAll()}}]
""",
}
WRONG = {
    "code.javascript": "$execution.customData.set('a b', 'x'); return [];",
    "code.python": "_execution.customData.set('a b', 'x')\nreturn []",
}


@pytest.mark.parametrize("type_name", SETS)
def test_code_says_and_reads_it(sandbox, type_name):
    result = StepBench(type_name, {"code": SETS[type_name]}, sandbox=sandbox).run(items_of({}))
    assert result.custom == {"a": "x", "n": "7", "yes": "true"}
    (item,) = result.outputs["main"]
    assert item["json"] == {"a": "x", "all": {"a": "x", "n": "7", "yes": "true"}}


@pytest.mark.parametrize("type_name", WRONG)
def test_a_key_that_cannot_be_kept_is_refused_in_the_code(sandbox, type_name):
    with pytest.raises((StepFailure, InvalidInput), match="letters, digits and underscores"):
        StepBench(type_name, {"code": WRONG[type_name]}, sandbox=sandbox).run(items_of({}))


def test_expressions_read_what_steps_before_said_and_set_nothing(sandbox):
    templates = (
        "{{ $execution.customData.get('a') }}",
        "{{ $execution.customData.getAll() }}",
        "{{ $execution.customData.set('b', 1) }}",
    )
    context = {"execution": {"id": "exe_1", "custom": {"a": "x"}}}
    given = sandbox.evaluate(ExpressionBatch(templates, items_of({}), NEW_YORK, context), QUICK)
    assert given.values[0][:2] == ["x", {"a": "x"}]
    (fault,) = given.faults
    assert "can be set in code" in fault.message
