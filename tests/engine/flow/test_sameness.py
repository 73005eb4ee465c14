"""What changes a test's result, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.flow.model import Edge, Flow, FlowSettings, Metadata, Step
from engine.flow.sameness import same_for_case

STEP = Step("a", "data.set", parameters={"x": 1}, position=(0, 0))
FLOW = Flow("f", "F", (STEP, Step("b", "flow.noop")), tests=({"name": "one"}, {"name": "two"}))


@pytest.mark.parametrize(
    "after",
    [
        replace(FLOW, steps=(replace(STEP, position=(9, 9), notes="why"), FLOW.steps[1])),
        replace(FLOW, name="G", description="new", label="2", metadata=Metadata(("tag",))),
        replace(FLOW, settings=FlowSettings(tests_must_pass=True)),
        replace(FLOW, tests=({"name": "one"}, {"name": "two", "start": "a"})),
    ],
)
def test_what_is_for_people_or_for_other_cases_leaves_a_result_as_it_is(after: Flow) -> None:
    assert same_for_case(FLOW, after, "one")


@pytest.mark.parametrize(
    "after",
    [
        replace(FLOW, steps=(replace(STEP, parameters={"x": 2}), FLOW.steps[1])),
        replace(FLOW, steps=(replace(STEP, name="used in expressions"), FLOW.steps[1])),
        replace(FLOW, edges=(Edge("a", "b"),)),
        replace(FLOW, settings=FlowSettings(timezone="Asia/Tokyo")),
        replace(FLOW, extra={"pins": {"a": []}}),
        replace(FLOW, tests=({"name": "one", "start": "a"}, {"name": "two"})),
        replace(FLOW, tests=()),
    ],
)
def test_what_runs_and_the_case_itself_make_it_an_older_one(after: Flow) -> None:
    assert not same_for_case(FLOW, after, "one")
