"""Decisions about votes: opening them, casting ballots, opening secret ones."""

from __future__ import annotations

from engine.api import InvalidInput, PermissionDenied, ResourceExhausted, WrongState
from engine.api.governing import NotGenuine
from governance.domain import commands as c
from governance.domain.asking import proposal, proposal_in
from governance.domain.ballot import SALT_BYTES, Ballot, check_choice, check_form, check_seal, seal
from governance.domain.charter import Rule
from governance.domain.content import quadratic_allowed, why_not_quadratic
from governance.domain.delegation import takers_at
from governance.domain.electorate import Electorate
from governance.domain.facts import Extended, Fact, Moved, Opened, Revealed, Voted
from governance.domain.limits import BALLOTS_PER_MEMBER_MAX
from governance.domain.state import Dao, Proposal
from governance.domain.tally import count, has_quorum
from governance.domain.words import TOPIC_OF, Kind, Method, Stage

_SECOND_US = 1_000_000


def open_vote(dao: Dao, found: Proposal, rule: Rule, now_us: int) -> list[Fact]:
    """Freeze who may vote, with which weight and whose delegation, and open the vote."""
    if found.method is Method.QUADRATIC and not quadratic_allowed(dao):
        raise WrongState(why_not_quadratic(dao))
    closes_us = now_us + rule.voting_seconds * _SECOND_US
    electorate = freeze(dao, found, rule, now_us)
    return [
        Opened(found.id, electorate.plain(), closes_us),
        Moved(found.id, Stage.VOTING, until_us=closes_us),
    ]


def freeze(dao: Dao, found: Proposal, rule: Rule, now_us: int) -> Electorate:
    """The electorate of a proposal as the DAO is now."""
    weighted = found.kind is not Kind.CHOOSE and rule.method is Method.WEIGHTED
    weights = {id: one.weight if weighted else 1 for id, one in dao.members.items()}
    takers = takers_at(dao.delegations, TOPIC_OF[found.kind], dao.members, now_us)
    return Electorate(weights, takers)


def vote(dao: Dao, command: c.Vote, now_us: int) -> list[Fact]:
    """A ballot takes the place of the voter's earlier one. Raises with the reason for what does not count."""
    found = proposal(dao, command.proposal)
    check_ballot(dao, found, command.signed.ballot, now_us)
    cast = Voted(found.id, command.signed.plain())
    return [cast, *_late_quorum(found, cast, command.signed.ballot, now_us)]


def check_ballot(dao: Dao, found: Proposal, ballot: Ballot, now_us: int) -> None:
    """Everything about a ballot save its signature."""
    if ballot.dao != dao.id:
        raise NotGenuine("this ballot was signed for another DAO")
    if ballot.proposal != found.cid:
        raise NotGenuine("this ballot was signed for another proposal, or for another version of this one")
    _check_open(found, now_us)
    assert found.electorate is not None, "its vote is open"
    weight = found.electorate.weights.get(ballot.voter)
    if weight is None:
        raise PermissionDenied(
            f"{ballot.voter} was no member of {dao.name} when this vote opened", identity=ballot.voter
        )
    if ballot.weight != weight:
        raise InvalidInput(f"this ballot says a weight of {ballot.weight}; the voter's is {weight}")
    check_form(ballot, now_us)
    used = found.nonces.get(ballot.voter, set())
    if ballot.nonce in used:
        raise WrongState("this ballot was cast before; sign a new one to change the vote", replayed=True)
    if len(used) >= BALLOTS_PER_MEMBER_MAX:
        raise ResourceExhausted(f"a member votes at most {BALLOTS_PER_MEMBER_MAX} times on one proposal")
    if found.secret:
        check_seal(ballot.choice)
    else:
        check_choice(ballot.choice, found.method, found.options, dao.charter.credits)


def _check_open(found: Proposal, now_us: int) -> None:
    if found.stage is not Stage.VOTING:
        raise WrongState(f"the vote on {found.id} is not open: it is {found.stage}", stage=str(found.stage))
    if found.closes_us is None or now_us >= found.closes_us:
        raise WrongState(f"the vote on {found.id} is closed", stage="closed")


def _late_quorum(found: Proposal, cast: Voted, ballot: Ballot, now_us: int) -> list[Fact]:
    """Whoever lifts a vote over its quorum shortly before its end leaves time to answer, once."""
    rule, electorate, closes_us = found.rule, found.electorate, found.closes_us or 0
    assert rule is not None, "it was submitted"
    assert electorate is not None, "its vote is open"
    until_us = now_us + rule.extension_seconds * _SECOND_US
    if found.extended or not rule.quorum or rule.mode == "objection" or until_us <= closes_us:
        return []
    part = dict.fromkeys(found.ballots, ())
    if _quorate(rule, electorate, set(part)) or not _quorate(rule, electorate, {*part, ballot.voter}):
        return []
    return [Extended(found.id, until_us)]


def _quorate(rule: Rule, electorate: Electorate, voters: set[str]) -> bool:
    return has_quorum(rule, count(Method.SINGLE, (), electorate, dict.fromkeys(voters, ())))


def reveal(dao: Dao, command: c.Reveal, now_us: int) -> list[Fact]:
    """A secret ballot is opened by its choice and salt, after the vote has closed."""
    found = proposal_in(dao, command.proposal, Stage.REVEALING)
    sealed = found.ballots.get(command.voter)
    if sealed is None:
        raise InvalidInput(f"{command.voter} has not voted on {found.id}")
    if command.voter in found.choices:
        raise WrongState("this ballot is open already")
    if len(command.salt) != SALT_BYTES or seal(command.choice, command.salt) != sealed.ballot.choice:
        raise NotGenuine("choice and salt are not those that were sealed")
    check_choice(command.choice, found.method, found.options, dao.charter.credits)
    choice = [list(pair) for pair in command.choice]
    return [Revealed(found.id, command.voter, choice, command.salt)]
