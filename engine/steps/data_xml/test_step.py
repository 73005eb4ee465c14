"""Tests of data.xml."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of


def xml(operation, source=None, **parameters):
    bench = StepBench("data.xml", {"operation": operation, "source": source, **parameters})
    return json_of(bench.run(items_of({"from": "item"})).outputs["main"])[0]


DOCUMENT = '<shop open="yes">\n <item id="1">Tea</item>\n <item>Milk</item>\n <note/>\n</shop>'


def test_elements_become_fields_and_repeated_ones_lists():
    assert xml("read", DOCUMENT) == {
        "shop": {"open": "yes", "item": [{"id": "1", "_": "Tea"}, "Milk"], "note": ""}
    }


def test_attributes_can_stand_apart_or_nowhere():
    assert xml("read", DOCUMENT, attributes="group")["shop"]["$"] == {"open": "yes"}
    assert xml("read", DOCUMENT, attributes="ignore")["shop"] == {"item": ["Tea", "Milk"], "note": ""}


def test_text_names_and_lists_are_shaped_as_asked():
    assert xml("read", "<A> x  y </A>") == {"A": " x  y "}
    assert xml("read", "<A> x  y </A>", trim=True) == {"A": "x  y"}
    assert xml("read", "<A> x  y </A>", normalize=True, lowerNames=True) == {"a": "x y"}
    assert xml("read", "<a><b>1</b></a>", lists="always") == {"a": {"b": ["1"]}}
    assert xml("read", "<a><b>1</b></a>", root=False) == {"b": "1"}
    assert xml("read", "<a>&lt;b&gt;<![CDATA[<c>]]></a>", into="r") == {"r": {"a": "<b><c>"}}


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;">]><a>&y;</a>',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]><a/>',
        "<a>" * 2000 + "</a>" * 2000,
        "<a><b></a>",
        "no xml",
        "",
        None,
        {"a": 1},
    ],
)
def test_hostile_and_broken_documents_are_refused(attack):
    with pytest.raises(StepFailure):
        xml("read", attack)


def test_an_object_is_written_with_its_only_field_as_root():
    assert xml("write", {"a": {"b": [1, {"$": {"x": '"<'}, "_": "t & u"}], "c": None}})["data"] == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<a>\n  <b>1</b>\n  <b x="&quot;&lt;">t &amp; u</b>\n  <c/>\n</a>'
    )


def test_text_beside_children_has_a_line_and_a_list_may_stand_for_the_root():
    assert xml("write", {"a": {"_": "t", "b": 1, "c": []}}, declaration=False)["data"] == (
        "<a>\n  t\n  <b>1</b>\n</a>"
    )
    assert xml("write", {"a": [{"b": 1}, {"b": "\r"}]}, declaration=False)["data"] == (
        "<a>\n  <b>1</b>\n  <b>&#xD;</b>\n</a>"
    )


def test_space_stays_where_it_is_all_there_is():
    assert xml("read", "<a>  </a>") == {"a": "  "}
    assert xml("read", "<a><b x='1'>  </b><c><![CDATA[ ]]></c></a>") == {"a": {"b": {"x": "1"}, "c": " "}}
    assert xml("read", "<a> x\ny  z </a>", normalize=True) == {"a": "x\ny z"}


def test_html_names_of_letters_are_known_but_in_cdata():
    assert xml("read", "<a>&eacute;&nbsp;&amp;<![CDATA[&eacute;]]></a>") == {"a": "\u00e9\u00a0&&eacute;"}


def test_the_item_is_written_where_nothing_else_is_named():
    assert xml("write", declaration=False, into="x") == {"x": "<from>item</from>"}
    assert xml("write", {"a": 1, "b": "<"}, declaration=False, cdata=True)["data"] == (
        "<root>\n  <a>1</a>\n  <b><![CDATA[<]]></b>\n</root>"
    )


@pytest.mark.parametrize("name", ["a b", "", "<x>", "1a", "a>"])
def test_a_field_that_is_no_name_in_xml_is_refused(name):
    with pytest.raises(StepFailure, match="cannot be the name"):
        xml("write", {"r": {name: 1}})


TEXT = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"), min_size=1
)


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), TEXT.filter(str.strip), min_size=1))
def test_what_is_written_is_read_again(fields):
    written = xml("write", {"r": fields})["data"]
    assert xml("read", written) == {"r": fields}
