"""Tests of data.set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of


def after(json, **parameters):
    return json_of(StepBench("data.set", parameters).run(items_of(json)).outputs["main"])[0]


def test_fields_are_added_and_replaced():
    assert after({"a": 1, "b": 2}, fields={"b": 3, "c": 4}) == {"a": 1, "b": 3, "c": 4}


def test_nothing_of_the_item_may_stay():
    assert after({"a": 1}, fields={"b": 2}, keep="none") == {"b": 2}


def test_listed_fields_may_stay():
    assert after({"a": 1, "b": 2}, fields={"c": 3}, keep=["b", "missing"]) == {"b": 2, "c": 3}


def test_dots_lead_into_objects():
    assert after({"a": {"b": 1, "x": 2}}, fields={"a.b": 3, "d.e.f": 4}) == {
        "a": {"b": 3, "x": 2},
        "d": {"e": {"f": 4}},
    }


def test_what_is_no_object_on_the_way_is_replaced():
    assert after({"a": 1}, fields={"a.b": 2}) == {"a": {"b": 2}}


def test_dots_may_be_part_of_the_name():
    assert after({}, fields={"a.b": 1}, dots=False) == {"a.b": 1}


@pytest.mark.parametrize("name", ["", ".", "a.", ".a", "a..b", ".".join("a" * 33)])
def test_names_that_lead_nowhere_are_refused(name):
    with pytest.raises(InvalidInput):
        after({}, fields={name: 1})


@pytest.mark.parametrize(("keep", "stays"), [("all", True), (["a"], True), ("none", False)])
def test_files_stay_unless_nothing_does(keep, stays):
    item = {"json": {}, "binary": {"data": {"id": "b"}}}
    result = StepBench("data.set", {"fields": {"a": 1}, "keep": keep}).run([item])
    assert ("binary" in result.outputs["main"][0]) is stays


def test_each_item_has_its_own_parameters():
    bench = StepBench(
        "data.set", lambda item, index: {"fields": {"at": index, "twice": item["json"]["n"] * 2}}
    )
    assert json_of(bench.run(items_of({"n": 1}, {"n": 5})).outputs["main"]) == [
        {"n": 1, "at": 0, "twice": 2},
        {"n": 5, "at": 1, "twice": 10},
    ]


names = st.text("abc", min_size=1, max_size=2)
objects = st.dictionaries(
    names, st.integers() | st.dictionaries(names, st.integers(), max_size=3), max_size=4
)


@given(objects, names, names, st.integers())
def test_setting_a_path_changes_that_path_alone(json, outer, inner, value):
    changed = after(json, fields={f"{outer}.{inner}": value})
    assert changed[outer][inner] == value
    assert {name: changed[name] for name in changed if name != outer} == {
        name: json[name] for name in json if name != outer
    }
    before = json.get(outer)
    others = (
        {name: left for name, left in before.items() if name != inner} if isinstance(before, dict) else {}
    )
    assert {name: changed[outer][name] for name in changed[outer] if name != inner} == others


def typed_field(kind, value, **rest):
    return json_of(
        StepBench(
            "data.set", {"keep": "none", "values": [{"name": "v", "type": kind, "value": value}], **rest}
        )
        .run(items_of({}))
        .outputs["main"]
    )[0]["v"]


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("string", 1.0, "1"),
        ("string", {"a": [1]}, '{"a":[1]}'),
        ("number", " 1e3 ", 1000),
        ("number", True, 1),
        ("number", "", 0),
        ("boolean", "TRUE", True),
        ("boolean", 0, False),
        ("array", '["a"]', ["a"]),
        ("array", "['a', 'b']", ["a", "b"]),
        ("object", "{a: 1, 'b': {c: 2}}", {"a": 1, "b": {"c": 2}}),
        ("number", None, None),
        ("truth", "no", True),
        ("truth", None, False),
        ("numeral", "12", 12),
        ("numeral", "a dozen", "a dozen"),
        ("numeral", True, True),
        (None, "1", "1"),
    ],
)
def test_values_are_converted_to_their_type(kind, value, wanted):
    assert typed_field(kind, value) == wanted


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [("number", "x", "'x'"), ("boolean", 2, "'2'"), ("array", {}, "object"), ("object", [1], "array")],
)
def test_what_cannot_be_converted_fails_or_stays(kind, value, shown):
    with pytest.raises(StepFailure, match=rf"'v' expects a {kind} but we got {shown} \[item 0\]"):
        typed_field(kind, value)
    assert typed_field(kind, value, onConversionError="keep") == value


def test_json_text_sets_many_fields_at_once():
    bench = StepBench("data.set", {"json": '{"a": 1, "b": {"c": 2}}', "fields": {"b.d": 3}})
    assert json_of(bench.run(items_of({"a": 0})).outputs["main"]) == [{"a": 1, "b": {"c": 2, "d": 3}}]
    with pytest.raises(InvalidInput):
        StepBench("data.set", {"json": "[1]"}).run(items_of({}))


def test_fields_can_be_dropped_and_kept_by_path():
    item = {"a": {"b": 1, "c": 2}, "d": 3}
    dropped = StepBench("data.set", {"drop": "a.b, d"}).run(items_of(item)).outputs["main"]
    kept = StepBench("data.set", {"keep": ["a.b", "x"]}).run(items_of(item)).outputs["main"]
    assert (json_of(dropped), json_of(kept)) == ([{"a": {"c": 2}}], [{"a": {"b": 1}}])


def test_a_number_in_brackets_is_a_place_in_a_list():
    bench = StepBench("data.set", {"fields": {"l[1]": "b", "m[0].n": 1}})
    assert json_of(bench.run(items_of({"l": ["a"]})).outputs["main"]) == [{"l": ["a", "b"], "m": [{"n": 1}]}]


def test_files_stay_or_go_as_asked():
    item = {"json": {}, "binary": {"f": {"id": "1"}}}
    for files, keep, stays in (
        ("auto", "all", True),
        ("auto", "none", False),
        ("keep", "none", True),
        ("drop", "all", False),
    ):
        made = StepBench("data.set", {"files": files, "keep": keep}).run([item]).outputs["main"][0]
        assert ("binary" in made) is stays


def test_copies_are_given_besides_each_item():
    made = StepBench("data.set", {"copies": 2}).run(items_of({"a": 1}, {"a": 2})).outputs["main"]
    assert [item["json"]["a"] for item in made] == [1, 1, 1, 2, 2, 2]
    assert [item["pairedItem"]["item"] for item in made] == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{'a': 1, b: \"it's\",}", {"a": 1, "b": "it's"}),
        ('{"a": ["x" 2] /* missing */ "b": True', {"a": ["x", 2], "b": True}),
        ("{a: some words, b: null} // end", {"a": "some words", "b": None}),
    ],
)
def test_small_mistakes_in_json_text_are_forgiven(text, wanted):
    bench = StepBench("data.set", {"json": text})
    assert json_of(bench.run(items_of({})).outputs["main"]) == [wanted]


@pytest.mark.parametrize("text", ["nothing", "[1]", '{"a": }', "{a 1}", "{" * 40])
def test_what_says_no_object_is_refused(text):
    with pytest.raises(InvalidInput):
        StepBench("data.set", {"json": text}).run(items_of({}))


def test_a_field_from_inside_may_stand_outside():
    assert after({"a": {"b": 1}, "c": 2}, keep="a.b, c", keptAs="name") == {"b": 1, "c": 2}


def test_copies_for_trying_are_left_out_where_nobody_tries():
    bench = StepBench("data.set", {"copies": 2, "copiesFor": "manual"}, trigger={"type": "schedule"})
    assert len(bench.run(items_of({})).outputs["main"]) == 1
    bench = StepBench("data.set", {"copies": 2, "copiesFor": "manual"}, trigger={"type": "manual"})
    assert len(bench.run(items_of({})).outputs["main"]) == 3


def test_null_is_no_text_where_that_is_asked_for():
    with pytest.raises(StepFailure, match=r"'v' expects a string but we got 'null' \[item 0\]"):
        typed_field("string", None, nulls="fail")
    assert typed_field("string", None, nulls="fail", onConversionError="keep") is None
    assert typed_field("number", None, nulls="fail") is None


def test_a_field_whose_value_is_not_defined_is_left_out():
    undefined = {"$undefined": True}
    values = [{"name": "a", "value": undefined}, {"name": "b.c", "value": undefined}]
    found = StepBench("data.set", {"values": values}).run(items_of({"a": 1, "b": {"c": 2}, "d": 3}))
    assert json_of(found.outputs["main"]) == [{"b": {}, "d": 3}]
