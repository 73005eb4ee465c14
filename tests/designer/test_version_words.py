"""What changed between two versions of a flow, in words."""

from __future__ import annotations

from dataclasses import replace

from designer.version_words import marks, told_changes
from engine.api import Edge, Flow, FlowSettings, Step

BEFORE = Flow(
    "orders",
    "Orders",
    (
        Step("begin", "trigger.manual", position=(0.0, 0.0)),
        Step("load", "http.request", {"url": "https://a.example", "headers": {"x": "1"}}, "Load customer"),
        Step("old", "data.set", name="Forget"),
    ),
    (Edge("begin", "load"), Edge("load", "old", "failure")),
)


def changed(**parts: object) -> Flow:
    """The flow with another step ``load``."""
    steps = tuple(replace(one, **parts) if one.id == "load" else one for one in BEFORE.steps)  # type: ignore[arg-type]
    return replace(BEFORE, steps=steps)


def test_the_same_flow_has_no_changes():
    assert told_changes(BEFORE, BEFORE) == []


def test_a_changed_parameter_is_told_with_before_and_after():
    (one,) = told_changes(BEFORE, changed(parameters={"url": "https://b.example", "headers": {"x": "1"}}))
    assert (one.kind, one.what, one.title, one.step) == ("changed", "Step", "Load customer", "load")
    (part,) = one.parts
    assert (part.words, part.before, part.after) == (
        "Parameter url",
        "https://a.example",
        "https://b.example",
    )


def test_a_value_that_came_or_went_has_nothing_on_the_other_side():
    (one,) = told_changes(BEFORE, changed(parameters={"url": "https://a.example", "body": {"a": [1]}}))
    told = {part.words: (part.before, part.after) for part in one.parts}
    assert told["Parameter headers"] == ('{\n "x": "1"\n}', None)
    assert told["Parameter body"] == (None, '{\n "a": [\n  1\n ]\n}')


def test_a_step_that_only_stands_elsewhere_is_moved():
    steps = (replace(BEFORE.steps[0], position=(16.0, 0.0)), *BEFORE.steps[1:])
    (one,) = told_changes(BEFORE, replace(BEFORE, steps=steps))
    assert (one.kind, one.parts) == ("moved", ())


def test_steps_and_wires_that_came_and_went_are_marked_on_the_canvas():
    steps = (*BEFORE.steps[:2], Step("new", "data.set", name="Remember"))
    after = replace(BEFORE, steps=steps, edges=(Edge("begin", "load"), Edge("load", "new")))
    changes = told_changes(BEFORE, after)
    assert marks(changes) == {
        "steps": {"new": "added", "old": "removed"},
        "wires": {"load.main>new.main": "added", "load.failure>old.main": "removed"},
    }
    titles = [(one.kind, one.title) for one in changes if one.what == "Wire"]
    assert titles == [
        ("added", "Load customer to Remember"),
        ("removed", "Load customer (failure) to Forget"),
    ]


def test_settings_names_and_orders_are_told_in_words():
    after = replace(BEFORE, name="New orders", steps=BEFORE.steps[::-1])
    after = replace(after, settings=FlowSettings(timeout_ms=5000))
    told = {one.what: one for one in told_changes(BEFORE, after)}
    assert told["Settings"].parts[0].words == "Time limit (ms)"
    assert (told["Flow"].parts[0].words, told["Flow"].parts[0].after) == ("Name", "New orders")
    assert told["Order"].title == "the steps stand in another order"


def test_a_part_nobody_named_is_told_by_its_path():
    (one,) = told_changes(BEFORE, changed(requirements={"cpu_share": 2}))
    assert one.parts[0].words == "Requirement"
    (flow,) = told_changes(BEFORE, replace(BEFORE, settings=FlowSettings(error_flow="mend")))
    assert flow.parts[0].words == "Error flow"
