"""Tests of data.html."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of

PAGE = """<html><body><h1> Tea  <b>shop</b></h1><ul><li class=x>One</li><li>Two</li></ul>
<a href="/next">more</a><input name=q value=7><p>a<br>b</p><script>bad()</script></body></html>"""


def extract(*selections, source=PAGE, **rest):
    bench = StepBench("data.html", {"source": source, "selections": list(selections), **rest})
    return json_of(bench.run(items_of({"kept": "not"})).outputs["main"])


def take(selector, kind="text", **rest):
    shape = {key: rest.pop(key) for key in ("trim", "clean", "lines") if key in rest}
    (found,) = extract({"name": "v", "selector": selector, "take": kind, **rest}, **shape)
    return found.get("v")


def test_text_html_attributes_and_values_are_taken():
    assert take("h1") == "Tea  shop"
    assert take("h1", clean=True) == "Tea shop"
    assert take("h1", trim=False) == " Tea  shop"
    assert take("h1", "html") == "Tea  <b>shop</b>"
    assert take("a", "attribute", attribute="href") == "/next"
    assert take("input", "value") == "7"
    assert take("h1", skip="b") == "Tea"
    assert take("p", lines=True) == "a\nb"


def test_all_elements_make_a_list_or_one_text():
    assert take("li", all=True) == ["One", "Two"]
    assert take("li") == "OneTwo"
    assert take("li.x") == "One"


def test_what_is_nowhere_is_left_out():
    assert extract({"name": "v", "selector": "video"}) == [{}]
    assert take("video", all=True) == []


def test_each_document_of_a_list_gives_an_item():
    found = extract({"name": "v", "selector": "p"}, source=["<p>1", "<p>2"])
    assert found == [{"v": "1"}, {"v": "2"}]


@pytest.mark.parametrize("source", [None, 5, {"a": 1}])
def test_what_is_no_text_is_told(source):
    with pytest.raises(StepFailure, match="no HTML"):
        extract({"name": "v", "selector": "p"}, source=source)


def test_a_selector_that_is_none_is_told():
    with pytest.raises(StepFailure, match="is no CSS selector"):
        take("p:::")


def test_a_deep_page_is_read_without_a_deep_stack():
    deep = "<div>" * 20_000 + "x"
    assert extract({"name": "v", "selector": "body"}, source=deep)[0]["v"] == "x"


def test_a_text_is_generated():
    bench = StepBench("data.html", {"operation": "generate", "html": "<p>hi</p>"})
    assert json_of(bench.run(items_of({})).outputs["main"]) == [{"html": "<p>hi</p>"}]


def test_a_table_shows_all_fields_of_all_items_escaped():
    bench = StepBench("data.html", {"operation": "table", "capitalize": True, "caption": "<c>"})
    (made,) = bench.run(items_of({"orderTotal": "<script>"}, {"b": [1]})).outputs["main"]
    assert made["json"]["table"] == (
        "<table><caption>&lt;c&gt;</caption><thead><tr><th>Order total</th><th>B</th></tr></thead><tbody>"
        "<tr><td>&lt;script&gt;</td><td></td></tr><tr><td></td><td>[1]</td></tr></tbody></table>"
    )
    assert made["pairedItem"] == [{"item": 0}, {"item": 1}]


@pytest.mark.parametrize("wrong", [{"selector": ""}, {"selector": "a", "take": "attribute"}])
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        extract({"name": "v", **wrong})


@given(st.text())
def test_any_text_is_read(text):
    extract({"name": "v", "selector": "*"}, source=text)
