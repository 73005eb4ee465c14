"""Delegations: whose vote goes where, by topic, until when. They never form a circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.api import InvalidInput
from governance.domain.limits import DELEGATION_US_MAX
from governance.domain.words import EVERY_TOPIC, Topic


@dataclass(frozen=True, slots=True)
class Delegation:
    """One member lets another vote for it; good before ``until_us``."""

    giver: str
    taker: str
    topic: str  # a Topic, or * for every topic without one of its own
    until_us: int


Graph = Mapping[tuple[str, str], Delegation]
"""Delegations by giver and topic."""


def check_delegation(graph: Graph, new: Delegation, now_us: int) -> None:
    """Raise :class:`InvalidInput` for one that would make a circle, ends at once, or lasts too long.

    A delegation for every topic counts for each topic here, even where one of its own stands before it:
    that one ends some day, and no circle may come of it.
    """
    if new.topic != EVERY_TOPIC and new.topic not in tuple(Topic):
        raise InvalidInput(f"there is no topic {new.topic!r}; there are: *, {', '.join(Topic)}")
    if new.giver == new.taker:
        raise InvalidInput("nobody delegates to themselves; leave the delegation out")
    if not now_us < new.until_us <= now_us + DELEGATION_US_MAX:
        raise InvalidInput("a delegation ends within a year from now; confirm it again then")
    topics = tuple(Topic) if new.topic == EVERY_TOPIC else (new.topic,)
    for topic in topics:
        if new.giver in _reached(graph, new, topic, now_us):
            raise InvalidInput(
                f"that would be a circle: {new.taker} delegates {topic} to {new.giver}, directly or through"
                " others; withdraw one of these first",
                topic=topic,
            )


def _reached(graph: Graph, new: Delegation, topic: str, now_us: int) -> set[str]:
    """Who may come to vote for the taker on a topic."""
    found: set[str] = set()
    waiting = [new.taker]
    while waiting:
        giver = waiting.pop()
        for one in (graph.get((giver, topic)), graph.get((giver, EVERY_TOPIC))):
            if one is not None and now_us < one.until_us and one.taker not in found:
                found.add(one.taker)
                waiting.append(one.taker)
    return found


def takers_at(graph: Graph, topic: str, members: Iterable[str], now_us: int) -> dict[str, str]:
    """Who votes for whom on a topic at a time, among these members; a topic's own delegation goes first."""
    known = set(members)
    found = {}
    for giver in sorted(known):
        for name in (topic, EVERY_TOPIC):
            one = graph.get((giver, name))
            if one is not None and now_us < one.until_us and one.taker in known:
                found[giver] = one.taker
                break
    return found
