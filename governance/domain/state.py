"""The state of a DAO: the fold of its facts. ``apply`` changes the state that it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.domain import facts as f
from governance.domain.ballot import Choice, SignedBallot, choice_of
from governance.domain.charter import Charter, Rule, charter_of
from governance.domain.delegation import Delegation
from governance.domain.electorate import Electorate
from governance.domain.members import Member, Validators, member_of, validators_of
from governance.domain.template import main_code
from governance.domain.words import Kind, Method, Risk, Stage


@dataclass
class Proposal:
    """One proposal and all that was said and voted about it. Times are microseconds since 1970."""

    id: str
    cid: str
    content: Mapping[str, Any]
    created_us: int
    changed_us: int
    stage: Stage = Stage.DRAFT
    why: str = ""
    until_us: int | None = None
    revisions: list[str] = field(default_factory=list)
    rule: Rule | None = None
    wanted: tuple[str, ...] = ()
    checks: dict[str, f.Checked] = field(default_factory=dict)
    reported: list[f.Reported] = field(default_factory=list)
    reviews: dict[str, f.Reviewed] = field(default_factory=dict)
    comments: list[tuple[int, f.Commented]] = field(default_factory=list)
    electorate: Electorate | None = None
    opened_us: int | None = None
    closes_us: int | None = None
    extended: bool = False
    ballots: dict[str, SignedBallot] = field(default_factory=dict)
    cast_us: dict[str, int] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)  # what counts: of open or opened ballots
    nonces: dict[str, set[str]] = field(default_factory=dict)
    counted: f.Counted | None = None
    history: list[tuple[int, str]] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        """What it wants."""
        return Kind(self.content["kind"])

    @property
    def risk(self) -> Risk:
        """Its risk class."""
        return Risk(self.content["risk"])

    @property
    def author(self) -> str:
        """The identity that made it."""
        return str(self.content["author"])

    @property
    def subject(self) -> str:
        """What no two open proposals are about; empty where any number may be open."""
        return str(self.content["subject"])

    @property
    def options(self) -> tuple[str, ...]:
        """What can be voted for."""
        return tuple(self.content["options"])

    @property
    def method(self) -> Method:
        """How its votes are counted."""
        return Method(self.content["method"])

    @property
    def secret(self) -> bool:
        """Whether ballots are sealed until the vote is over."""
        return self.rule is not None and self.rule.secret


@dataclass
class Template:
    """An approved template. ``object`` is what was voted on (:mod:`governance.domain.template`)."""

    cid: str
    object: Mapping[str, Any]
    proposal: str
    since_us: int
    status: str = "active"  # active, deprecated, superseded, stopped or revoked
    revoked_us: int | None = None
    stopped_until_us: int | None = None
    ratifies: str = ""
    replaced_by: str = ""
    before_stop: str = ""
    main: str = ""
    """The one of its CIDs that its capabilities were approved for: of its code, or of its flow's version."""


@dataclass
class PolicyVersion:
    """A version of the signed policy, in force or waiting for signatures."""

    version: int
    body: bytes
    prepared_us: int
    signatures: dict[str, bytes] = field(default_factory=dict)
    cid: str = ""  # once it was adopted


@dataclass
class Dao:
    """Everything about one DAO."""

    id: str = ""
    subnet: str = ""
    name: str = ""
    charter: Charter = field(default_factory=Charter)
    founded_us: int = 0
    members: dict[str, Member] = field(default_factory=dict)
    invitations: dict[str, tuple[Member, int]] = field(default_factory=dict)
    delegations: dict[tuple[str, str], Delegation] = field(default_factory=dict)
    validators: Validators = field(default_factory=lambda: Validators({}, 1))
    policy: Mapping[str, Any] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    versions: list[PolicyVersion] = field(default_factory=list)
    advisories: list[tuple[int, f.Advised]] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)  # subject -> when it was last turned down
    sequence: int = -1
    head: str = ""
    at_us: int = 0  # of the last entry

    def open_proposals(self) -> Iterable[Proposal]:
        """Those that something can still come of."""
        return (one for one in self.proposals.values() if one.stage.open)


Apply = Callable[[Dao, Any, int], None]


def apply(dao: Dao, fact: f.Fact, at_us: int) -> None:
    """Take a fact into the state."""
    _APPLY[type(fact)](dao, fact, at_us)


def _founded(dao: Dao, fact: f.Founded, at_us: int) -> None:
    dao.subnet, dao.name, dao.founded_us = fact.subnet, fact.name, at_us
    dao.charter, dao.policy = charter_of(fact.charter), fact.policy
    dao.members = {one.identity: one for one in map(member_of, fact.members)}
    dao.validators = validators_of(fact.validators)


def _invited(dao: Dao, fact: f.Invited, at_us: int) -> None:
    member = member_of(fact.member)
    dao.invitations[member.identity] = (member, fact.until_us)


def _joined(dao: Dao, fact: f.Joined, at_us: int) -> None:
    member = member_of(fact.member)
    dao.members[member.identity] = member
    dao.invitations.pop(member.identity, None)


def _left(dao: Dao, fact: f.Left, at_us: int) -> None:
    dao.members.pop(fact.identity, None)
    gone = [place for place, one in dao.delegations.items() if fact.identity in (one.giver, one.taker)]
    for place in gone:
        del dao.delegations[place]


def _delegated(dao: Dao, fact: f.Delegated, at_us: int) -> None:
    one = Delegation(fact.giver, fact.taker, fact.topic, fact.until_us)
    dao.delegations[fact.giver, fact.topic] = one


def _undelegated(dao: Dao, fact: f.Undelegated, at_us: int) -> None:
    dao.delegations.pop((fact.giver, fact.topic), None)


def _drafted(dao: Dao, fact: f.Drafted, at_us: int) -> None:
    known = dao.proposals.get(fact.proposal)
    if known is None:
        known = Proposal(fact.proposal, fact.cid, fact.content, at_us, at_us)
        dao.proposals[fact.proposal] = known
    else:
        known.cid, known.content, known.changed_us = fact.cid, fact.content, at_us
        known.checks, known.reported, known.reviews, known.until_us = {}, [], {}, None
        known.stage, known.why = Stage.DRAFT, ""
    known.revisions.append(fact.cid)
    known.history.append((at_us, f"drafted {fact.cid}"))


def _submitted(dao: Dao, fact: f.Submitted, at_us: int) -> None:
    proposal = dao.proposals[fact.proposal]
    proposal.rule, proposal.wanted = Rule.model_validate(dict(fact.rule)), tuple(fact.checks)
    proposal.checks, proposal.reported = {}, []


def _checked(dao: Dao, fact: f.Checked, at_us: int) -> None:
    dao.proposals[fact.proposal].checks[fact.check] = fact


def _reported(dao: Dao, fact: f.Reported, at_us: int) -> None:
    dao.proposals[fact.proposal].reported.append(fact)


def _moved(dao: Dao, fact: f.Moved, at_us: int) -> None:
    proposal = dao.proposals[fact.proposal]
    proposal.stage, proposal.why, proposal.until_us = Stage(fact.stage), fact.why, fact.until_us
    proposal.changed_us = at_us
    proposal.history.append((at_us, f"{fact.stage}: {fact.why}" if fact.why else fact.stage))
    if proposal.stage in (Stage.REJECTED, Stage.EXPIRED) and proposal.subject:
        dao.refused[proposal.subject] = at_us


def _reviewed(dao: Dao, fact: f.Reviewed, at_us: int) -> None:
    dao.proposals[fact.proposal].reviews[fact.reviewer] = fact


def _commented(dao: Dao, fact: f.Commented, at_us: int) -> None:
    dao.proposals[fact.proposal].comments.append((at_us, fact))


def _opened(dao: Dao, fact: f.Opened, at_us: int) -> None:
    proposal = dao.proposals[fact.proposal]
    proposal.electorate = Electorate.of(fact.electorate)
    proposal.opened_us, proposal.closes_us = at_us, fact.closes_us


def _voted(dao: Dao, fact: f.Voted, at_us: int) -> None:
    proposal = dao.proposals[fact.proposal]
    signed = SignedBallot.of(dao.id, proposal.cid, fact.ballot)
    voter = signed.ballot.voter
    proposal.ballots[voter], proposal.cast_us[voter] = signed, at_us
    proposal.nonces.setdefault(voter, set()).add(signed.ballot.nonce)
    if not proposal.secret:
        proposal.choices[voter] = signed.ballot.choice


def _extended(dao: Dao, fact: f.Extended, at_us: int) -> None:
    proposal = dao.proposals[fact.proposal]
    proposal.closes_us = proposal.until_us = fact.closes_us
    proposal.extended = True


def _revealed(dao: Dao, fact: f.Revealed, at_us: int) -> None:
    dao.proposals[fact.proposal].choices[fact.voter] = choice_of(fact.choice)


def _counted(dao: Dao, fact: f.Counted, at_us: int) -> None:
    dao.proposals[fact.proposal].counted = fact


def _approved(dao: Dao, fact: f.TemplateApproved, at_us: int) -> None:
    approved = dao.proposals[fact.proposal].content["templates"][fact.template]
    dao.templates[fact.template] = Template(
        fact.template, approved, fact.proposal, at_us, main=main_code(approved)
    )
    replaced = dao.templates.get(fact.replaces)
    if replaced is not None:
        replaced.replaced_by = fact.template
        if replaced.status == "stopped":
            replaced.before_stop = "superseded"
        else:
            replaced.status = "superseded"
        earlier = dao.proposals[replaced.proposal]
        earlier.stage, earlier.why = Stage.SUPERSEDED, f"by {fact.proposal}"


def _deprecated(dao: Dao, fact: f.TemplateDeprecated, at_us: int) -> None:
    dao.templates[fact.template].status = "deprecated"


def _revoked(dao: Dao, fact: f.TemplateRevoked, at_us: int) -> None:
    template = dao.templates[fact.template]
    template.status, template.stopped_until_us, template.revoked_us = "revoked", None, at_us
    earlier = dao.proposals[template.proposal]
    if earlier.stage in (Stage.ACTIVE, Stage.SUPERSEDED):
        earlier.stage, earlier.why = Stage.REVOKED, f"by {fact.proposal}"


def _stopped(dao: Dao, fact: f.Stopped, at_us: int) -> None:
    template = dao.templates[fact.template]
    template.before_stop, template.status = template.status, "stopped"
    template.stopped_until_us, template.ratifies = fact.until_us, fact.proposal


def _lapsed(dao: Dao, fact: f.StopLapsed, at_us: int) -> None:
    template = dao.templates[fact.template]
    template.status, template.stopped_until_us = template.before_stop, None


def _policy_changed(dao: Dao, fact: f.PolicyChanged, at_us: int) -> None:
    dao.policy = fact.document


def _validators_changed(dao: Dao, fact: f.ValidatorsChanged, at_us: int) -> None:
    dao.validators = validators_of(fact.validators)


def _rules_changed(dao: Dao, fact: f.RulesChanged, at_us: int) -> None:
    dao.charter = charter_of(fact.charter)


def _prepared(dao: Dao, fact: f.PolicyPrepared, at_us: int) -> None:
    if dao.versions and not dao.versions[-1].cid:
        dao.versions.pop()
    dao.versions.append(PolicyVersion(fact.version, fact.body, at_us))


def _signed(dao: Dao, fact: f.PolicySigned, at_us: int) -> None:
    dao.versions[-1].signatures[fact.key] = fact.signature


def _adopted(dao: Dao, fact: f.PolicyAdopted, at_us: int) -> None:
    dao.versions[-1].cid = fact.cid


def _advised(dao: Dao, fact: f.Advised, at_us: int) -> None:
    dao.advisories.append((at_us, fact))


_APPLY: Mapping[type[f.Fact], Apply] = {
    f.Founded: _founded,
    f.Invited: _invited,
    f.Joined: _joined,
    f.Left: _left,
    f.Delegated: _delegated,
    f.Undelegated: _undelegated,
    f.Drafted: _drafted,
    f.Submitted: _submitted,
    f.Checked: _checked,
    f.Reported: _reported,
    f.Moved: _moved,
    f.Reviewed: _reviewed,
    f.Commented: _commented,
    f.Opened: _opened,
    f.Voted: _voted,
    f.Extended: _extended,
    f.Revealed: _revealed,
    f.Counted: _counted,
    f.TemplateApproved: _approved,
    f.TemplateDeprecated: _deprecated,
    f.TemplateRevoked: _revoked,
    f.Stopped: _stopped,
    f.StopLapsed: _lapsed,
    f.PolicyChanged: _policy_changed,
    f.ValidatorsChanged: _validators_changed,
    f.RulesChanged: _rules_changed,
    f.PolicyPrepared: _prepared,
    f.PolicySigned: _signed,
    f.PolicyAdopted: _adopted,
    f.Advised: _advised,
}
