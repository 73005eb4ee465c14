"""Flows made of templates by the form of their manifest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api import InvalidInput, create_flow, get_flow, to_canonical
from governance.instantiating import answers_of, definition_from, fields_of, schema_from
from tests.governance.domain.support import approve
from tests.governance.hall import Hall, pages_of, visitor

LINES = "width = 640\nratio = 1.5\nlabel = hello world\nkeep = yes\n"


def test_lines_become_fields_of_the_kind_of_their_usual_value() -> None:
    fields = fields_of(schema_from(LINES))
    assert [(one.name, one.kind, one.default) for one in fields] == [
        ("width", "number", 640),
        ("ratio", "number", 1.5),
        ("label", "text", "hello world"),
        ("keep", "checkbox", True),
    ]
    assert schema_from(" \n") == {}


@pytest.mark.parametrize("lines", ["width", "= 5", "a b = 5", "1a = 2"])
def test_a_line_that_is_none_says_how_to_write_one(lines: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        schema_from(lines)
    assert "name = usual value" in caught.value.problems[0].message


def test_answers_are_read_by_kind_and_all_that_is_wrong_is_told_at_once() -> None:
    schema = schema_from(LINES)
    schema["properties"]["fit"] = {"enum": ["crop", "pad"], "title": "Fit"}
    schema["required"] = ["label"]
    fields = fields_of(schema)
    sent = {"parameter-width": "32", "parameter-label": "x", "parameter-fit": "pad"}
    assert answers_of(fields, sent) == {"width": 32, "label": "x", "keep": False, "fit": "pad"}
    wrong = {"parameter-width": "1.5", "parameter-ratio": "much", "parameter-fit": "burn"}
    with pytest.raises(InvalidInput) as caught:
        answers_of(fields, wrong)
    assert [one.path for one in caught.value.problems] == ["width", "ratio", "label", "fit"]


@given(st.recursive(st.none() | st.booleans() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_no_schema_breaks_the_form(schema: object) -> None:
    fields_of(schema if isinstance(schema, dict) else {"properties": schema})
    fields_of({"properties": {"a": schema}})


def test_a_flow_gets_its_answers_in_its_steps(hall: Hall) -> None:
    steps = [{"id": "say", "type": "data.set", "params": {"fields": {"a": 1}}}]
    create_flow(hall.world, hall.people["cem"], {"id": "says", "name": "Says", "steps": steps})
    flow = to_canonical(get_flow(hall.world, hall.people["cem"], "says").flow)
    made = definition_from({"type": "flow", "flow": flow}, {"say.keepOnly": True, "other.x": 1})
    assert made["steps"][0]["params"]["keepOnly"] is True
    assert made["steps"][0]["params"]["fields"] == {"a": 1}


def test_the_page_makes_a_flow_with_what_was_filled_in(hall: Hall) -> None:
    wish = approve()
    wish["template"]["manifest"] = {"parameters": schema_from(LINES)}
    cid = next(iter(hall.passed(wish).content["templates"]))
    with pages_of(hall):
        cem = visitor(hall, "cem")
        assert (
            'name="parameter-width" value="640"' in cem.get(f"/governance/templates/{cid}").content.decode()
        )
        path = f"/governance/templates/{cid}/use"
        assert cem.post(path, {"name": "Small", "parameter-width": "wide"}).status_code == 422
        cem.post(path, {"name": "Small", "parameter-width": "32"})
    first, second = get_flow(hall.world, hall.people["cem"], "small", "draft").flow.steps
    assert first.parameters["fields"] == {"width": 32, "keep": False}
    assert (second.type, second.parameters["code"]) == ("code.javascript", "return items")
