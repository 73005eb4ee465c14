"""Tallies: pure functions of an electorate and ballots, whose order does not matter.

``single`` and ``weighted`` differ only in the weights that the electorate was frozen with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.domain.ballot import Choice
from governance.domain.charter import Rule
from governance.domain.electorate import Electorate
from governance.domain.words import NO, NONE, YES, Method

Ballots = Mapping[str, Choice]
"""The last ballot of each voter."""


@dataclass(frozen=True, slots=True)
class Count:
    """What a tally found. ``took_part`` and ``electorate`` are weights."""

    totals: Mapping[str, int]
    took_part: int
    electorate: int
    winner: str = ""  # of a choice; empty for a tie or where nobody voted
    rounds: tuple[Mapping[str, int], ...] = ()  # of a run-off

    def plain(self) -> dict[str, Any]:
        """As facts carry it."""
        return {
            "totals": dict(self.totals),
            "tookPart": self.took_part,
            "electorate": self.electorate,
            "winner": self.winner,
            "rounds": [dict(one) for one in self.rounds],
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a count: ``passed``, ``rejected`` or ``expired`` (too few took part), and why."""

    outcome: str
    why: str
    shares: Mapping[str, float] = field(default_factory=dict)


def count(method: Method, options: Sequence[str], electorate: Electorate, ballots: Ballots) -> Count:
    """Count the ballots of those who may vote; others are left out."""
    counted = {voter: choice for voter, choice in ballots.items() if voter in electorate.weights}
    if method is Method.RANKED:
        return _ranked(options, electorate, counted)
    if method is Method.QUADRATIC:  # credits are a person's own: nobody votes for others
        electorate = Electorate(dict.fromkeys(electorate.weights, 1), {})
    powers = electorate.powers(counted)
    totals = dict.fromkeys(options, 0)
    for voter, choice in counted.items():
        for option, number in ((one, number) for one, number in choice if one in totals):
            totals[option] += number if method is Method.QUADRATIC else powers[voter]
    winner = _first(totals) if method in (Method.APPROVAL, Method.QUADRATIC) else ""
    return Count(totals, sum(powers.values()), electorate.total, winner)


def _first(totals: Mapping[str, int]) -> str:
    """The option with the highest total; nothing where two share it or it is 0."""
    highest = max(totals.values(), default=0)
    first = [option for option, total in totals.items() if total == highest]
    return first[0] if highest and len(first) == 1 else ""


def _ranked(options: Sequence[str], electorate: Electorate, ballots: Ballots) -> Count:
    """Instant run-off. In each round a ballot counts for the first of its options that is left; who has more
    than half of what counts wins, else the option with the lowest total goes.

    Where several share the lowest total, the one goes that had the lowest in the latest round before in
    which they differ; where they never differed, the one that stands last on the proposal.
    """
    powers = electorate.powers(ballots)
    merged: dict[tuple[str, ...], int] = {}
    for voter, choice in ballots.items():
        order = tuple(option for option, _ in choice)
        merged[order] = merged.get(order, 0) + powers[voter]
    left, winner = list(options), ""
    rounds: list[dict[str, int]] = []
    while left and not winner:
        totals = dict.fromkeys(left, 0)
        for ranking, power in merged.items():
            top = next((option for option in ranking if option in totals), None)
            if top is not None:
                totals[top] += power
        rounds.append(totals)
        counting = sum(totals.values())
        if not counting:
            break
        winner = next((option for option in left if 2 * totals[option] > counting), "")
        left.remove(_last(left, rounds))
    first = {option: rounds[0].get(option, 0) for option in options}
    return Count(first, sum(powers.values()), electorate.total, winner, tuple(rounds))


def _last(left: Sequence[str], rounds: Sequence[Mapping[str, int]]) -> str:
    lowest = list(left)
    for totals in reversed(rounds):
        least = min(totals[option] for option in lowest)
        lowest = [option for option in lowest if totals[option] == least]
    return lowest[-1]


def judge(rule: Rule, counted: Count, *, choice: bool = False) -> Verdict:
    """Whether a count is enough under a rule."""
    part = _percent(counted.took_part, counted.electorate)
    shares = {"turnout": part}
    if rule.mode == "objection" and not choice:
        against = counted.totals.get(NO, 0)
        shares["against"] = _percent(against, counted.electorate)
        if against and against * 100 >= rule.veto * counted.electorate:
            why = f"{shares['against']:g} % objected; {rule.veto} % are enough to stop it"
            return Verdict("rejected", why, shares)
        return Verdict("passed", f"{shares['against']:g} % objected; it takes {rule.veto} %", shares)
    if counted.took_part == 0 or not has_quorum(rule, counted):
        return Verdict("expired", f"{part:g} % took part; it takes {rule.quorum} %", shares)
    if choice:
        return _choice_verdict(counted, shares)
    yes, no = counted.totals.get(YES, 0), counted.totals.get(NO, 0)
    shares["support"] = _percent(yes, yes + no)
    outcome = "passed" if yes * 100 > rule.support * (yes + no) else "rejected"
    why = f"{shares['support']:g} % said yes; it takes more than {rule.support} %"
    return Verdict(outcome, why, shares)


def _choice_verdict(counted: Count, shares: Mapping[str, float]) -> Verdict:
    if not counted.winner:
        return Verdict("rejected", "no option won: the first ones are tied", shares)
    if counted.winner == NONE:
        return Verdict("rejected", "none of the options was wanted", shares)
    return Verdict("passed", f"{counted.winner} won", shares)


def has_quorum(rule: Rule, counted: Count) -> bool:
    """Whether enough took part."""
    return counted.took_part * 100 >= rule.quorum * counted.electorate


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
