"""What time does: stages end, votes are counted, timelocks open, stops lapse."""

from __future__ import annotations

from governance.domain import commands as c
from governance.domain.deciding_policy import effects
from governance.domain.facts import Counted, Fact, Moved, StopLapsed
from governance.domain.state import Dao, Proposal
from governance.domain.tally import Count, Verdict, count, judge
from governance.domain.words import Kind, Method, Stage

_SECOND_US = 1_000_000


def advance(dao: Dao, command: c.Advance, now_us: int) -> list[Fact]:
    """The facts that are due; at most one step of each proposal, so that effects are seen by the next."""
    facts: list[Fact] = []
    for found in dao.proposals.values():
        if found.stage.open and found.until_us is not None and now_us >= found.until_us:
            due = _DUE[found.stage](dao, found, now_us)
            facts += due
            if any(not isinstance(fact, Moved | Counted) for fact in due):
                return facts
    return facts or _lapsed(dao, now_us)


def next_us(dao: Dao) -> int | None:
    """When something is due next."""
    times = [one.until_us for one in dao.open_proposals() if one.until_us is not None]
    times += [one.stopped_until_us for one in dao.templates.values() if one.stopped_until_us is not None]
    return min(times, default=None)


def _lapsed(dao: Dao, now_us: int) -> list[Fact]:
    return [
        StopLapsed(cid)
        for cid, one in dao.templates.items()
        if one.stopped_until_us is not None and now_us >= one.stopped_until_us
    ]


def tally(found: Proposal) -> tuple[Count, Verdict]:
    """Count a proposal's votes by its frozen electorate and rule."""
    assert found.rule is not None, "it was submitted"
    assert found.electorate is not None, "its vote was opened"
    choice = found.kind is Kind.CHOOSE
    method = found.method if choice else Method.SINGLE
    counted = count(method, found.options, found.electorate, found.choices)
    return counted, judge(found.rule, counted, choice=choice)


def _unreviewed(dao: Dao, found: Proposal, now_us: int) -> list[Fact]:
    return [Moved(found.id, Stage.EXPIRED, "too few reviewers approved it in time")]


def _unchecked(dao: Dao, found: Proposal, now_us: int) -> list[Fact]:
    return [Moved(found.id, Stage.EXPIRED, "its checks were not made, or not by enough nodes, in time")]


def _closed(dao: Dao, found: Proposal, now_us: int) -> list[Fact]:
    if found.secret:
        assert found.rule is not None
        until_us = now_us + found.rule.reveal_seconds * _SECOND_US
        return [Moved(found.id, Stage.REVEALING, "votes are opened", until_us)]
    return _count(dao, found, now_us)


def _count(dao: Dao, found: Proposal, now_us: int) -> list[Fact]:
    counted, verdict = tally(found)
    facts: list[Fact] = [Counted(found.id, counted.plain(), verdict.outcome, verdict.why)]
    if verdict.outcome != "passed":
        return [*facts, Moved(found.id, Stage(verdict.outcome), verdict.why)]
    assert found.rule is not None
    timelock_s = 0 if found.kind is Kind.RATIFY else found.rule.timelock_seconds
    return [*facts, Moved(found.id, Stage.TIMELOCK, verdict.why, now_us + timelock_s * _SECOND_US)]


def _unlocked(dao: Dao, found: Proposal, now_us: int) -> list[Fact]:
    return effects(dao, found)


_DUE = {
    Stage.DRAFT: _unreviewed,
    Stage.CHECKS: _unchecked,
    Stage.REVIEW: _unreviewed,
    Stage.VOTING: _closed,
    Stage.REVEALING: _count,
    Stage.TIMELOCK: _unlocked,
}
