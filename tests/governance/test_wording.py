"""Plain words: times, rules, differences of code and flows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api import InvalidInput
from governance import wording
from governance.comparing import code_lines
from governance.domain.charter import Rule


@given(st.integers(0, 9_999_999))
def test_a_time_in_a_form_is_read_as_it_was_written(seconds: int) -> None:
    assert wording.seconds_of(wording.short_length(seconds), "time") == seconds


@pytest.mark.parametrize("text", ["", "5", "d", "-1d", "1.5h", "5 days", "99999999s"])
def test_a_time_that_is_none_says_how_to_write_one(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        wording.seconds_of(text, "low-votingSeconds")
    assert "5d" in str(caught.value.problems[0].message)


def test_times_are_said_in_the_largest_unit_that_fits() -> None:
    said = [wording.length(seconds) for seconds in (0, 1, 90, 3_600, 172_800)]
    assert said == ["no time", "1 second", "90 seconds", "1 hour", "2 days"]


def test_what_is_left_is_rounded_down() -> None:
    assert wording.left(None, 0) == ""
    assert wording.left(5, 10) == "now"
    assert wording.left(int(2.9 * 86_400 * 1e6), 0) == "2 days"


def test_a_rule_says_when_a_proposal_passes() -> None:
    said = wording.rule(Rule(quorum=33, support=60, reviewers=2, voting_seconds=3_600, timelock_seconds=60))
    assert said == (
        "It passes where 33 % of all votes take part within 1 hour, and more than 60 % of yes and no are yes."
        " 2 reviews come first. It takes force 1 minute later."
    )
    assert "unless 20 % of all votes object" in wording.rule(Rule(mode="objection"))


lines = st.lists(st.text(st.characters(categories=["L"]), max_size=3), max_size=8).map("\n".join)


@given(lines, lines)
def test_added_and_kept_lines_are_the_new_code_and_removed_and_kept_the_old(old: str, new: str) -> None:
    found = code_lines(old, new)
    assert [one.text for one in found if one.mark != "-"] == new.splitlines()
    assert [one.number for one in found if one.number] == list(range(1, len(new.splitlines()) + 1))
    if old:
        assert [one.text for one in found if one.mark != "+"] == old.splitlines()


def test_a_document_is_said_in_lines() -> None:
    document = {
        "limits": {},
        "filesRoot": None,
        "egress": {"allow": ["a.example", "b.example"], "only": True},
    }
    assert wording.parts(document) == [
        ("egress", "allow: a.example, b.example, only: yes"),
        ("filesRoot", "not set"),
        ("limits", "none"),
    ]
