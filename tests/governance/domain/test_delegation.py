"""Delegations never form a circle, whatever ends and begins."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api import InvalidInput
from governance.domain.delegation import Delegation, check_delegation, takers_at
from governance.domain.words import Topic

NAMES = "abcde"


@given(data=st.data())
def test_no_circle_comes_of_what_is_accepted_now_or_later(data: Any) -> None:
    graph: dict[tuple[str, str], Delegation] = {}
    for now in range(data.draw(st.integers(1, 12))):
        giver, taker = data.draw(st.sampled_from(NAMES)), data.draw(st.sampled_from(NAMES))
        topic = data.draw(st.sampled_from(["*", "templates", "policy"]))
        new = Delegation(giver, taker, topic, now + data.draw(st.integers(1, 20)))
        try:
            check_delegation(graph, new, now)
        except InvalidInput:
            continue
        graph[giver, topic] = new
        for at in range(now, now + 30):
            for one in Topic:
                assert_no_circle(takers_at(graph, one, NAMES, at))


def assert_no_circle(takers: dict[str, str]) -> None:
    for name in takers:
        at, steps = name, 0
        while at in takers:
            at, steps = takers[at], steps + 1
            assert steps <= len(NAMES), f"{name} stands in a circle of {takers}"


def test_a_circle_is_refused_with_who_closes_it() -> None:
    graph = {("b", "*"): Delegation("b", "c", "*", 100), ("c", "policy"): Delegation("c", "a", "policy", 100)}
    with pytest.raises(InvalidInput, match="b delegates policy to a"):
        check_delegation(graph, Delegation("a", "b", "*", 100), 1)
    check_delegation(graph, Delegation("a", "b", "members", 100), 1)
    check_delegation(graph, Delegation("a", "b", "*", 200), 100)  # the others have ended


def test_a_topic_of_its_own_goes_before_the_one_for_all() -> None:
    graph = {("a", "*"): Delegation("a", "b", "*", 100), ("a", "policy"): Delegation("a", "c", "policy", 50)}
    assert takers_at(graph, "policy", "abc", 49) == {"a": "c"}
    assert takers_at(graph, "policy", "abc", 50) == {"a": "b"}
    assert takers_at(graph, "policy", "ac", 50) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        Delegation("a", "a", "*", 100),
        Delegation("a", "b", "money", 100),
        Delegation("a", "b", "*", 10),
        Delegation("a", "b", "*", 10**18),
    ],
)
def test_what_is_no_delegation_is_refused(wrong: Delegation) -> None:
    with pytest.raises(InvalidInput):
        check_delegation({}, wrong, 10)
