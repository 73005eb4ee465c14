"""The search box's language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput
from engine.base.limits import SEARCH_TERMS_MAX, SEARCH_TEXT_MAX
from engine.ports.search_index import Words
from engine.validation.search_query import parse_search


def test_words_phrases_and_filters_are_told_apart():
    query = parse_search('monthly "Sales Report" inv* -draft kind:flow tag:"back office" status:failed', "s")
    assert query.words == (
        Words(("monthly",)),
        Words(("sales", "report")),
        Words(("inv",), prefix=True),
        Words(("draft",), excluded=True),
    )
    assert (query.kinds, query.tags, query.attributes) == (("flow",), ("back office",), {"status": "failed"})


def test_case_and_accents_do_not_matter():
    assert parse_search("Crème BRÛLÉE", "s").words == (Words(("creme",)), Words(("brulee",)))


def test_what_looks_like_a_filter_but_is_none_is_words():
    assert parse_search("http://example.com", "s").words == (Words(("http", "example", "com")),)


def test_days_are_utc_unless_they_say_otherwise():
    query = parse_search("after:1970-01-02 before:1970-01-03T01:00+01:00", "s")
    assert (query.since_us, query.until_us) == (86_400_000_000, 172_800_000_000)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kind:flows", "there are: template, flow"),
        ("after:yesterday", "2026-01-31"),
        ("archived:maybe", "yes, no or any"),
        ("-tag:x", "only words can be excluded"),
        ("x" * (SEARCH_TEXT_MAX + 1), str(SEARCH_TEXT_MAX)),
        ("x " * (SEARCH_TERMS_MAX + 1), str(SEARCH_TERMS_MAX)),
    ],
)
def test_a_wrong_term_is_named_with_its_remedy(text, told):
    with pytest.raises(InvalidInput, match=told):
        parse_search(text, "s")


@given(st.text(max_size=200))
def test_any_text_is_a_query_of_its_subnet_or_refused(text):
    try:
        query = parse_search(text, "alpha")
    except InvalidInput:
        return
    assert query.subnet == "alpha"
    assert all(word.isalnum() for each in query.words for word in each.words)
