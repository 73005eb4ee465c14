"""What is made of what people send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.steps.form_fields import FormPage
from engine.web.form_answers import read_answers


def answered(field, body=None, files=None):
    form = FormPage(fields=[{"name": "f", **field}]).model_dump()
    item, wrong = read_answers(
        form, {"json": {"body": {"f": body} if body is not None else {}}, "binary": files or {}}
    )
    return wrong.get("f") or item["json"]["f"]


@pytest.mark.parametrize(
    ("field", "body", "wanted"),
    [
        ({}, "text", "text"),
        ({}, None, ""),
        ({"kind": "number"}, "1.50", 1.5),
        ({"kind": "number"}, "-3", -3),
        ({"kind": "number"}, "", None),
        ({"kind": "date"}, "2024-02-29", "2024-02-29"),
        ({"kind": "date"}, "2023-02-29", "This is no date, such as 2030-01-31."),
        ({"kind": "checkbox", "options": ["a", "b"]}, ["a", "b"], ["a", "b"]),
        ({"kind": "checkbox", "options": ["a", "b"]}, "a", ["a"]),
        ({"kind": "select", "options": ["a"], "many": True}, None, []),
        ({"kind": "radio", "options": ["a", "b"]}, ["a", "b"], "Only one can be chosen."),
        ({"kind": "radio", "options": ["a"], "required": True}, None, "This is needed."),
        ({"kind": "hidden", "default": "x"}, "y", "y"),
    ],
)
def test_answers_have_the_type_of_their_field(field, body, wanted):
    assert answered(field, body) == wanted


def test_an_empty_file_field_is_no_file():
    none = {"f": {"bytes": 0, "mimeType": "application/octet-stream"}}
    assert answered({"kind": "file"}, files=none) is None
    assert answered({"kind": "file", "required": True}, files=none) == "A file is needed."
    two = {"f0": {"fileName": "a", "bytes": 1}, "f1": {"fileName": "b", "bytes": 1}}
    assert answered({"kind": "file"}, files=two) == "Only one file can be given."
    assert [one["filename"] for one in answered({"kind": "file", "many": True}, files=two)] == ["a", "b"]


@given(
    st.one_of(st.none(), st.text(), st.lists(st.text(), max_size=3), st.dictionaries(st.text(), st.text()))
)
def test_whatever_is_sent_is_answered(body):
    for kind in ("text", "number", "email", "date", "select", "checkbox", "file"):
        answered({"kind": kind, **({"options": ["a"]} if kind in ("select", "checkbox") else {})}, body)
