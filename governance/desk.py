"""What members do, verb by verb: found a DAO, propose, review, vote, stop, sign; and look at all of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.api import InvalidInput, Kind, PermissionDenied, Principal, World, get_identity, require, ulid
from engine.api.governing import (
    Signed,
    check_policy_document,
    check_statement,
    contain,
    person_of,
    record_act,
    sign_statement,
    validator_of,
)
from governance.domain import commands as c
from governance.domain.asking import proposal as proposal_of
from governance.domain.ballot import Ballot, Choice, SignedBallot
from governance.domain.charter import usual_charter
from governance.domain.content import DERIVED
from governance.domain.decide import decide
from governance.domain.deciding_proposals import repeated
from governance.domain.deciding_votes import check_ballot
from governance.domain.facts import Fact, Stopped
from governance.domain.reproduction import checked_form
from governance.domain.state import Dao, Proposal
from governance.domain.words import Role
from governance.house import NODE, found, holding, perform, reading
from governance.house import act as act_alone
from governance.policies import add_signature, tend
from governance.reproducing import CheckReport, check_signature, own_report
from governance.scanning import CHECKS, run_check
from governance.store import Known, logs

T = TypeVar("T")
BALLOT_US = 3600 * 1_000_000
"""How long a ballot that the node prepares can be cast."""


@dataclass(frozen=True, slots=True)
class NewDao:
    """A DAO to found. Without ``validators`` this node signs the policy alone."""

    name: str
    charter: Mapping[str, Any] = field(default_factory=dict)
    founders: Sequence[Mapping[str, Any]] = ()
    validators: Mapping[str, Any] | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)


def found_dao(world: World, actor: Principal, wanted: NewDao) -> str:
    """Found the DAO of the actor's subnet, whose policy it sets from then on; gives its id."""
    require(world, actor, "admin", "dao", "dao.found", Kind.GOVERNANCE_ACTION)
    members = wanted.founders or [_founder(world, actor)]
    for member in members:
        person_of(world, actor, str(member.get("identity", "")))
    _, document = world.access.policy_document(actor.subnet)
    kept = {name: value for name, value in document.items() if name not in (*DERIVED, "code")}
    policy = {**kept, "code": "approved-only", **wanted.policy}
    check_policy_document(policy)
    command = c.Found(
        actor=actor.identity,
        subnet=actor.subnet,
        name=wanted.name,
        charter=wanted.charter or _usual_charter(members),
        members=list(members),
        validators=wanted.validators or _this_node(world, actor.subnet),
        policy=policy,
        nonce=secrets.token_hex(16),
    )
    id = found(world, actor, command)
    with holding(id) as dao:
        tend(world, dao)
    return id


def _founder(world: World, actor: Principal) -> dict[str, Any]:
    roles = [str(role) for role in Role]
    return {"identity": actor.identity, "name": _name_of(world, actor.identity), "roles": roles}


def _usual_charter(members: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    reviewers = sum(Role.REVIEWER in (member.get("roles") or ()) for member in members)
    return usual_charter(reviewers).plain()


def _name_of(world: World, identity: str) -> str:
    return world.identities.store.record(identity).name or identity


def _this_node(world: World, subnet: str) -> dict[str, Any]:
    identity, key = validator_of(world, subnet)
    return {"keys": {key: identity}, "threshold": 1}


def act(world: World, actor: Principal, command: c.Command, resource: str = "") -> list[Fact]:
    """Carry out a command, and bring the policy to where it leads."""
    facts = act_alone(world, actor, command, resource)
    if not isinstance(command, c.Vote | c.Comment | c.Reveal):
        with reading(world, actor.subnet) as dao:
            tend(world, dao)
    return facts


# --- members ----------------------------------------------------------------------------------------


def invite(world: World, actor: Principal, identity: str, name: str, until_us: int) -> list[Fact]:
    """Invite an identity of the subnet."""
    person_of(world, actor, identity)
    member = {"identity": identity, "name": name or _name_of(world, identity)}
    return act(world, actor, c.Invite(actor.identity, member, until_us), identity)


def join(world: World, actor: Principal) -> list[Fact]:
    """Accept an invitation."""
    return act(world, actor, c.Join(actor.identity), actor.identity)


def leave(world: World, actor: Principal) -> list[Fact]:
    """Be a member no more."""
    return act(world, actor, c.Leave(actor.identity), actor.identity)


def delegate(world: World, actor: Principal, taker: str, topic: str, until_us: int) -> list[Fact]:
    """Let another member vote on a topic, or take that back with an empty ``taker``."""
    if not taker:
        return act(world, actor, c.Undelegate(actor.identity, topic), topic)
    return act(world, actor, c.Delegate(actor.identity, taker, topic, until_us), taker)


# --- proposals --------------------------------------------------------------------------------------


def propose(world: World, actor: Principal, wish: Mapping[str, Any], proposal: str = "") -> str:
    """Make a draft, or a new version of one; gives its id."""
    id = proposal or ulid("prp", world.clock.now_us(), world.entropy.bytes(10))
    act(world, actor, c.Draft(actor.identity, id, wish), id)
    return id


def submit(world: World, actor: Principal, proposal: str) -> None:
    """Submit a draft, and run its checks here and now."""
    with reading(world, actor.subnet) as dao:
        wanted = CHECKS.get(proposal_of(dao, proposal).kind, ())
    act(world, actor, c.Submit(actor.identity, proposal, wanted), proposal)
    for name in wanted:
        with reading(world, actor.subnet) as dao:
            made = proposal_of(dao, proposal)
            if made.stage != "checks":
                return
            passed, report = run_check(world, actor, dao, made, name)
            perform(world, dao, c.Check(NODE, proposal, made.cid, name, passed, report))
            if made.stage == "checks" and repeated(made) and set(made.checks) == set(wanted):
                _report(world, dao, made, own_report(world, dao, made), own=True)


def report(world: World, actor: Principal, proposal: str, found: CheckReport) -> None:
    """Take the report of another node on the checks of a proposal; raises :class:`PermissionDenied` for one
    that no validator signed."""
    require(world, actor, "dao:vote", "dao", "dao.vote", Kind.GOVERNANCE_ACTION)
    with reading(world, actor.subnet) as dao:
        made = proposal_of(dao, proposal)
        checked_form(found.reports, made.wanted)
        check_signature(world, dao, made.cid, found)
        _report(world, dao, made, found, own=False)
        record_act(world, actor, "dao.report", proposal, {"dao": dao.id, "reporter": found.reporter})


def _report(world: World, dao: Dao, made: Proposal, found: CheckReport, *, own: bool) -> None:
    parts = (found.reporter, found.key, found.reports, found.signature, own)
    perform(world, dao, c.Report(NODE if own else found.reporter, made.id, made.cid, *parts))


def review(
    world: World, actor: Principal, proposal: str, cid: str, approved: bool, text: str = ""
) -> list[Fact]:
    """Approve a version, or ask for changes."""
    return act(world, actor, c.Review(actor.identity, proposal, cid, approved, text), proposal)


def comment(
    world: World, actor: Principal, proposal: str, text: str, place: Mapping[str, Any] | None = None
) -> str:
    """Say something; gives the comment's id."""
    id = ulid("cmt", world.clock.now_us(), world.entropy.bytes(10))
    act(world, actor, c.Comment(actor.identity, proposal, id, text, dict(place or {})), proposal)
    return id


def cancel(world: World, actor: Principal, proposal: str, why: str = "") -> list[Fact]:
    """Take one's own proposal back."""
    return act(world, actor, c.Cancel(actor.identity, proposal, why), proposal)


# --- votes ------------------------------------------------------------------------------------------


def prepare_ballot(world: World, actor: Principal, proposal: str, choice: Choice) -> Ballot:
    """The ballot of the actor for a choice, fresh, for its key to sign."""
    require(world, actor, "dao:vote", "dao", "dao.vote", Kind.GOVERNANCE_ACTION)
    now_us = world.clock.now_us()
    with reading(world, actor.subnet) as dao:
        made = proposal_of(dao, proposal)
        weights = made.electorate.weights if made.electorate else {}
        ballot = Ballot(
            dao=dao.id,
            proposal=made.cid,
            voter=actor.identity,
            choice=choice,
            weight=weights.get(actor.identity, 1),
            nonce=world.entropy.bytes(16).hex(),
            expires_us=now_us + BALLOT_US,
        )
        check_ballot(dao, made, ballot, now_us)
    return ballot


def cast(world: World, actor: Principal, proposal: str, signed: SignedBallot) -> list[Fact]:
    """Cast a signed ballot; raises :class:`PermissionDenied` where its signature does not count."""
    ballot = signed.ballot
    mark = Signed(signed.signer, signed.key, world.clock.now_us(), signed.signature)
    check_statement(world, ballot.voter, mark, ballot.to_sign())
    return act(world, actor, c.Vote(actor.identity, proposal, signed), proposal)


def vote_held(world: World, actor: Principal, proposal: str, choice: Choice) -> SignedBallot:
    """Vote with a key that the node holds for the actor; raises :class:`PermissionDenied` where the actor's
    key lies in a browser, which must sign then."""
    ballot = prepare_ballot(world, actor, proposal, choice)
    mark = sign_statement(world, actor, ballot.to_sign())
    signed = SignedBallot(ballot, mark.identity, mark.key, mark.signature)
    cast(world, actor, proposal, signed)
    return signed


def reveal(
    world: World, actor: Principal, proposal: str, voter: str, choice: Choice, salt: bytes
) -> list[Fact]:
    """Open a secret ballot."""
    return act(world, actor, c.Reveal(actor.identity, proposal, voter, choice, salt), proposal)


# --- effects ----------------------------------------------------------------------------------------


def stop_template(world: World, actor: Principal, template: str, reason: str) -> tuple[str, int]:
    """As a guardian, stop a template now: its executions are aborted, and it may not run until the members
    have said. Gives the proposal to ratify that, and how many executions were aborted."""
    require(world, actor, "dao:vote", "dao", "dao.vote", Kind.GOVERNANCE_ACTION)
    now_us = world.clock.now_us()
    id = ulid("prp", now_us, world.entropy.bytes(10))
    with reading(world, actor.subnet) as dao:
        command = c.Stop(actor.identity, template, reason, id)
        stopped = next(fact for fact in decide(dao, command, now_us) if isinstance(fact, Stopped))
        codes, why = dao.templates[template].object["codes"], f"a guardian stopped it: {reason}"
        halted = contain(world, actor, codes, why, stopped.until_us)  # before anything is written or signed
        act_alone(world, actor, command, template)
        tend(world, dao)
    return id, halted


def advise(
    world: World, actor: Principal, template: str, severity: str, text: str, fixed_by: str = ""
) -> str:
    """Tell of a weakness of a template; gives the advisory's id."""
    id = ulid("adv", world.clock.now_us(), world.entropy.bytes(10))
    act(world, actor, c.Advise(actor.identity, id, template, severity, text, fixed_by), template)
    return id


def sign_policy(world: World, actor: Principal, version: int, key: str, signature: bytes) -> None:
    """Add a validator's signature to the version of the policy that waits."""
    require(world, actor, "dao:vote", "dao", "dao.vote", Kind.GOVERNANCE_ACTION)
    with reading(world, actor.subnet) as dao:
        add_signature(world, dao, actor.identity, version, key, signature)
        record_act(world, actor, "dao.sign_policy", dao.id, {"version": version, "key": key})
        tend(world, dao)


# --- looking ----------------------------------------------------------------------------------------


def look(world: World, actor: Principal, shown: Callable[[Dao], T]) -> T:
    """What a function makes of the DAO of the actor's subnet."""
    require(world, actor, "flows:read", "dao", "dao.read")
    with reading(world, actor.subnet) as dao:
        return shown(dao)


def list_daos(world: World, actor: Principal) -> list[Known]:
    """The DAO of the actor's subnet, if it has one."""
    require(world, actor, "flows:read", "dao", "dao.read")
    return [known for known in logs().all() if known.subnet == actor.subnet]


def identity_named(world: World, actor: Principal, text: str) -> str:
    """The id of an identity of the subnet, by its id or label."""
    record = get_identity(world, actor, text).record
    if record.subnet != actor.subnet:
        raise PermissionDenied("identities of the node are no members")
    return record.id


def choice_for(method: str, words: Sequence[str]) -> Choice:
    """A choice as people write it: ``yes``; ``a b`` (approved); ``a b`` (by rank); ``a=3 b=2``."""
    if method == "ranked":
        return tuple((word, rank) for rank, word in enumerate(words, 1))
    pairs = []
    for word in words:
        option, _, number = word.partition("=")
        if number and not number.isdigit():
            raise InvalidInput(f"{word!r} is no OPTION or OPTION=NUMBER")
        pairs.append((option, int(number or 1)))
    return tuple(pairs)
