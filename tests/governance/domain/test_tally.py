"""Laws of the tallies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.domain.ballot import Choice
from governance.domain.charter import Rule
from governance.domain.electorate import Electorate
from governance.domain.tally import Count, count, judge
from governance.domain.words import ABSTAIN, ANSWERS, NO, NONE, YES, Method

OPTIONS = ("red", "green", "blue", NONE)
VOTERS = [f"v{n}" for n in range(8)]


def answers(options: tuple[str, ...]) -> st.SearchStrategy[Choice]:
    return st.sampled_from(options).map(lambda option: ((option, 1),))


def approvals() -> st.SearchStrategy[Choice]:
    picks = st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True)
    return picks.map(lambda picked: tuple((option, 1) for option in picked))


def rankings() -> st.SearchStrategy[Choice]:
    picks = st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True)
    return picks.map(lambda picked: tuple((option, rank) for rank, option in enumerate(picked, 1)))


def quadratics() -> st.SearchStrategy[Choice]:
    picks = st.dictionaries(st.sampled_from(OPTIONS), st.integers(1, 5), min_size=1)
    return picks.map(lambda picked: tuple(sorted(picked.items())))


CHOICES = {
    Method.SINGLE: (ANSWERS, answers(ANSWERS)),
    Method.WEIGHTED: (ANSWERS, answers(ANSWERS)),
    Method.APPROVAL: (OPTIONS, approvals()),
    Method.RANKED: (OPTIONS, rankings()),
    Method.QUADRATIC: (OPTIONS, quadratics()),
}
MONOTONE = [method for method in Method if method is not Method.RANKED]


@st.composite
def electorates(draw: Any) -> Electorate:
    weights = draw(st.dictionaries(st.sampled_from(VOTERS), st.integers(1, 9), min_size=1))
    known = sorted(weights)
    takers = {
        giver: known[draw(st.integers(0, place - 1))]  # to someone before: no circles
        for place, giver in enumerate(known)
        if place and draw(st.booleans())
    }
    return Electorate(weights, takers)


def ballots(method: Method) -> st.SearchStrategy[dict[str, Choice]]:
    return st.dictionaries(st.sampled_from(VOTERS), CHOICES[method][1])


@pytest.mark.parametrize("method", list(Method))
@given(data=st.data(), electorate=electorates())
def test_the_order_of_ballots_does_not_matter(method: Method, data: Any, electorate: Electorate) -> None:
    cast = data.draw(ballots(method))
    shuffled = dict(data.draw(st.permutations(list(cast.items()))))
    options = CHOICES[method][0]
    assert count(method, options, electorate, cast) == count(method, options, electorate, shuffled)


@pytest.mark.parametrize("method", MONOTONE)
@given(data=st.data(), electorate=electorates())
def test_one_more_ballot_for_an_option_never_harms_it(
    method: Method, data: Any, electorate: Electorate
) -> None:
    """Whoever had not voted, and for whom nobody voted either, votes for it."""
    options, cast = CHOICES[method][0], data.draw(ballots(method))
    alone = Electorate(electorate.weights, {})
    voter, option = data.draw(st.sampled_from(sorted(alone.weights))), data.draw(st.sampled_from(options))
    cast.pop(voter, None)
    before = count(method, options, alone, cast)
    after = count(method, options, alone, {**cast, voter: ((option, 1),)})
    assert after.totals[option] > before.totals[option]
    assert all(after.totals[one] == before.totals[one] for one in options if one != option)


@given(electorate=electorates(), data=st.data(), quorum=st.integers(0, 100), support=st.integers(0, 99))
def test_a_vote_that_changes_to_yes_never_stops_what_passed(
    electorate: Electorate, data: Any, quorum: int, support: int
) -> None:
    rule, cast = Rule(quorum=quorum, support=support), data.draw(ballots(Method.SINGLE))
    voter = data.draw(st.sampled_from(sorted(electorate.weights)))
    before = judge(rule, count(Method.SINGLE, ANSWERS, electorate, cast))
    after = judge(rule, count(Method.SINGLE, ANSWERS, electorate, {**cast, voter: ((YES, 1),)}))
    if before.outcome == "passed":
        assert after.outcome == "passed"


@pytest.mark.parametrize("method", [Method.WEIGHTED, Method.APPROVAL])
@given(data=st.data(), electorate=electorates())
def test_splitting_a_weight_among_identities_gains_nothing(
    method: Method, data: Any, electorate: Electorate
) -> None:
    options, cast = CHOICES[method][0], data.draw(ballots(method))
    voter = data.draw(st.sampled_from(sorted(electorate.weights)))
    weight = electorate.weights[voter]
    part = data.draw(st.integers(0, weight))
    split = Electorate(
        {**electorate.weights, voter: weight - part, "sybil": part}, {**electorate.takers, "sybil": voter}
    )
    both = {**cast, "sybil": cast[voter]} if voter in cast else cast
    assert count(method, options, split, both) == count(method, options, electorate, cast)


def test_splitting_gains_under_quadratic_which_is_why_it_needs_proven_persons() -> None:
    """100 credits in one hand are 10 votes; in ten hands 30."""
    one = count(Method.QUADRATIC, OPTIONS, Electorate({"a": 1}, {}), {"a": (("red", 10),)})
    hands = {f"s{n}": (("red", 3),) for n in range(10)}  # 9 credits each
    ten = count(Method.QUADRATIC, OPTIONS, Electorate(dict.fromkeys(hands, 1), {}), hands)
    assert (one.totals["red"], ten.totals["red"]) == (10, 30)


@given(electorate=electorates(), data=st.data())
def test_every_weight_counts_once_at_most(electorate: Electorate, data: Any) -> None:
    cast = data.draw(ballots(Method.SINGLE))
    counted = count(Method.SINGLE, ANSWERS, electorate, cast)
    assert sum(counted.totals.values()) == counted.took_part <= counted.electorate
    everybody = count(Method.SINGLE, ANSWERS, electorate, dict.fromkeys(electorate.weights, ((NO, 1),)))
    assert everybody.took_part == everybody.electorate


def test_an_own_vote_takes_the_weight_back_from_whoever_it_was_delegated_to() -> None:
    electorate = Electorate({"a": 1, "b": 1, "c": 1}, {"a": "b", "b": "c"})
    through = count(Method.SINGLE, ANSWERS, electorate, {"c": ((YES, 1),)})
    assert through.totals == {YES: 3, NO: 0, ABSTAIN: 0}
    own = count(Method.SINGLE, ANSWERS, electorate, {"c": ((YES, 1),), "b": ((NO, 1),)})
    assert own.totals == {YES: 1, NO: 2, ABSTAIN: 0}


def test_a_circle_of_delegations_counts_for_nobody_and_ends() -> None:
    electorate = Electorate({"a": 1, "b": 1, "c": 1}, {"a": "b", "b": "a"})
    assert count(Method.SINGLE, ANSWERS, electorate, {"c": ((YES, 1),)}).took_part == 1


def test_who_may_not_vote_is_not_counted() -> None:
    assert count(Method.SINGLE, ANSWERS, Electorate({"a": 1}, {}), {"x": ((YES, 1),)}).took_part == 0


# --- ranked choice ----------------------------------------------------------------------------------


def ranked(*lines: tuple[int, str]) -> Count:
    """``(how many, "red green")`` each."""
    cast: dict[str, Choice] = {}
    for place, (number, ranking) in enumerate(lines):
        choice = tuple((option, rank) for rank, option in enumerate(ranking.split(), 1))
        cast |= {f"{place}-{n}": choice for n in range(number)}
    return count(Method.RANKED, OPTIONS, Electorate(dict.fromkeys(cast, 1), {}), cast)


def test_in_a_run_off_the_votes_of_the_last_go_to_their_next_choice() -> None:
    counted = ranked((4, "red"), (3, "green"), (2, "blue green"))
    assert counted.winner == "green"
    assert [dict(one) for one in counted.rounds] == [
        {"red": 4, "green": 3, "blue": 2, NONE: 0},
        {"red": 4, "green": 3, "blue": 2},
        {"red": 4, "green": 5},
    ]


def test_a_tie_for_the_last_place_is_broken_by_the_rounds_before() -> None:
    counted = ranked((4, "red"), (3, "green"), (2, "blue"), (1, "none blue"))
    assert [set(one) for one in counted.rounds][2] == {"red", "green"}  # blue had 2 in the first round
    assert counted.winner == "red"


def test_a_tie_that_no_round_breaks_goes_against_what_stands_last_on_the_proposal() -> None:
    assert ranked((2, "red"), (2, "green")).winner == "red"


@given(data=st.data())
def test_who_is_first_on_more_than_half_of_the_ballots_wins(data: Any) -> None:
    cast = data.draw(st.dictionaries(st.sampled_from(VOTERS), rankings(), min_size=1))
    electorate = Electorate(dict.fromkeys(VOTERS, 1), {})
    firsts = [choice[0][0] for choice in cast.values()]
    counted = count(Method.RANKED, OPTIONS, electorate, cast)
    for option in OPTIONS:
        if 2 * firsts.count(option) > len(firsts):
            assert counted.winner == option


# --- verdicts ---------------------------------------------------------------------------------------


def judged(rule: Rule, yes: int, no: int, abstain: int = 0, of: int = 100) -> str:
    return judge(rule, Count({YES: yes, NO: no, ABSTAIN: abstain}, yes + no + abstain, of)).outcome


def test_quorum_counts_abstentions_and_support_does_not() -> None:
    rule = Rule(quorum=20, support=50)
    assert judged(rule, 6, 5, 9) == "passed"
    assert judged(rule, 6, 5, 8) == "expired"
    assert judged(rule, 5, 5, 10) == "rejected"
    assert judged(rule, 0, 0, 30) == "rejected"


def test_nothing_passes_where_nobody_voted() -> None:
    assert judged(Rule(quorum=0), 0, 0) == "expired"


def test_objections_stop_from_the_veto_on() -> None:
    rule = Rule(mode="objection", veto=20)
    assert judged(rule, 0, 0) == "passed"
    assert judged(rule, 50, 19) == "passed"
    assert judged(rule, 50, 20) == "rejected"


def test_a_choice_without_a_winner_is_rejected() -> None:
    tied = count(
        Method.APPROVAL, OPTIONS, Electorate({"a": 1, "b": 1}, {}), {"a": (("red", 1),), "b": (("blue", 1),)}
    )
    assert judge(Rule(), tied, choice=True).outcome == "rejected"
    none = count(Method.APPROVAL, OPTIONS, Electorate({"a": 1}, {}), {"a": ((NONE, 1),)})
    assert judge(Rule(), none, choice=True).outcome == "rejected"
