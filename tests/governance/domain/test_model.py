"""The whole life of proposals as a state machine: whatever members do and whenever, the promises hold."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.api import QflowError
from governance.domain import commands as c
from governance.domain.log import fold
from governance.domain.state import Proposal
from governance.domain.words import ANSWERS, Stage
from tests.governance.domain.support import CAST, SECOND, House, approve, charter, member

NAMES = [one["identity"] for one in CAST] + ["eve"]
NEXT = {
    Stage.DRAFT: {Stage.CHECKS, Stage.REVIEW, Stage.CANCELLED},
    Stage.CHECKS: {Stage.REVIEW, Stage.DRAFT, Stage.EXPIRED, Stage.CANCELLED},
    Stage.REVIEW: {Stage.VOTING, Stage.DRAFT, Stage.EXPIRED, Stage.CANCELLED},
    Stage.VOTING: {Stage.TIMELOCK, Stage.REJECTED, Stage.EXPIRED, Stage.CANCELLED, Stage.ACTIVE},
    Stage.TIMELOCK: {Stage.ACTIVE, Stage.CANCELLED},
    Stage.ACTIVE: {Stage.SUPERSEDED, Stage.REVOKED},
    Stage.SUPERSEDED: {Stage.REVOKED},
}
TEMPLATES = st.sampled_from("pq")


class Life(RuleBasedStateMachine):
    """Random acts of random members. An act that is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        rules = charter(admission="invitation", openPerMember=9, perMemberAndDay=99, ratifySeconds=80)
        self.house = House(rules=rules)
        self.stages: dict[str, Stage] = {}
        self.electorates: dict[str, str] = {}
        self.approved_by_vote: set[str] = set()

    @property
    def proposals(self) -> list[Proposal]:
        return list(self.house.dao.proposals.values())

    def act(self, command: c.Command) -> None:
        before = deepcopy(self.house.dao)
        try:
            self.house.do(command)
        except QflowError:
            assert self.house.dao == before

    @rule(who=st.sampled_from(NAMES), name=TEMPLATES, source=st.sampled_from("xyz"))
    def draft(self, who: str, name: str, source: str) -> None:
        self.house._made += 1
        self.act(c.Draft(who, f"prp_{self.house._made}", approve(name, source)))

    @precondition(lambda self: self.proposals)
    @rule(data=st.data(), source=st.sampled_from("xyz"))
    def revise(self, data: Any, source: str) -> None:
        made = data.draw(st.sampled_from(self.proposals))
        self.act(c.Draft(made.author, made.id, approve("p", source)))

    @precondition(lambda self: self.proposals)
    @rule(data=st.data(), checks=st.sampled_from([(), ("scan",)]))
    def submit(self, data: Any, checks: tuple[str, ...]) -> None:
        made = data.draw(st.sampled_from(self.proposals))
        self.act(c.Submit(made.author, made.id, checks))

    @precondition(lambda self: self.proposals)
    @rule(data=st.data(), passed=st.booleans())
    def check(self, data: Any, passed: bool) -> None:
        made = data.draw(st.sampled_from(self.proposals))
        self.act(c.Check("node", made.id, made.cid, "scan", passed))

    @precondition(lambda self: self.proposals)
    @rule(data=st.data(), who=st.sampled_from(NAMES), approved=st.booleans())
    def review(self, data: Any, who: str, approved: bool) -> None:
        made = data.draw(st.sampled_from(self.proposals))
        self.act(c.Review(who, made.id, made.cid, approved))

    @precondition(lambda self: any(one.electorate for one in self.proposals))
    @rule(data=st.data(), who=st.sampled_from(NAMES), answer=st.sampled_from(ANSWERS))
    def vote(self, data: Any, who: str, answer: str) -> None:
        made = data.draw(st.sampled_from([one for one in self.proposals if one.electorate]))
        self.act(c.Vote(who, made.id, self.house.ballot(made, who, answer)))

    @precondition(lambda self: any(one.stage is Stage.VOTING for one in self.proposals))
    @rule()
    def all_agree(self) -> None:
        made = next(one for one in self.proposals if one.stage is Stage.VOTING)
        for who in NAMES:
            self.act(c.Vote(who, made.id, self.house.ballot(made, who)))

    @precondition(lambda self: self.proposals)
    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        made = data.draw(st.sampled_from(self.proposals))
        self.act(c.Cancel(made.author, made.id))

    @precondition(lambda self: self.house.dao.templates)
    @rule(data=st.data(), who=st.sampled_from(NAMES))
    def stop(self, data: Any, who: str) -> None:
        self.house._made += 1
        cid = data.draw(st.sampled_from(sorted(self.house.dao.templates)))
        self.act(c.Stop(who, cid, "it steals", f"prp_{self.house._made}"))

    @rule(who=st.sampled_from(NAMES), taker=st.sampled_from(NAMES))
    def delegate(self, who: str, taker: str) -> None:
        self.act(c.Delegate(who, taker, "*", self.house.now + 500 * SECOND))

    @rule(who=st.sampled_from(NAMES))
    def leave(self, who: str) -> None:
        self.act(c.Leave(who))

    @rule()
    def join(self) -> None:
        self.act(c.Invite("ann", member("eve"), self.house.now + 50 * SECOND))
        self.act(c.Join("eve"))

    @rule(seconds=st.sampled_from([1, 30, 50, 100]))
    def wait(self, seconds: int) -> None:
        self.house.wait(seconds)

    @invariant()
    def stages_follow_each_other(self) -> None:
        for one in self.proposals:
            before = self.stages.get(one.id, one.stage)
            assert one.stage is before or _reachable(before, one.stage), (before, one.stage)
            self.stages[one.id] = one.stage

    @invariant()
    def nothing_runs_that_no_vote_approved(self) -> None:
        for template in self.house.dao.templates.values():
            counted = self.house.dao.proposals[template.proposal].counted
            assert counted is not None
            assert counted.outcome == "passed"
            assert template.cid in self.house.dao.proposals[template.proposal].content["templates"]

    @invariant()
    def electorates_never_change(self) -> None:
        for one in self.proposals:
            if one.electorate is not None and one.stage is not Stage.DRAFT:
                cid = self.electorates.setdefault(one.id, one.electorate.cid)
                assert one.electorate.cid == cid

    @invariant()
    def no_two_votes_are_about_one_template(self) -> None:
        busy = [one.subject for one in self.proposals if one.stage.open and one.stage is not Stage.DRAFT]
        assert len(busy) == len(set(busy))

    @invariant()
    def ballots_are_of_the_electorate(self) -> None:
        for one in self.proposals:
            assert set(one.ballots) <= set(one.electorate.weights if one.electorate else ())

    def teardown(self) -> None:
        assert fold(self.house.log) == self.house.dao


def _reachable(before: Stage, after: Stage) -> bool:
    """Several stages may pass in one act, where time does its work."""
    found, waiting = set(), [before]
    while waiting:
        for stage in NEXT.get(waiting.pop(), ()):
            if stage not in found:
                found.add(stage)
                waiting.append(stage)
    return after in found


Life.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase
