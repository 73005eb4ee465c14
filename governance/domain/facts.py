"""What can happen in a DAO: one frozen dataclass per fact. Fields hold texts, numbers, bytes and plain
lists and maps of them, so that a fact has one encoding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from engine.api import CorruptData


@dataclass(frozen=True, slots=True)
class Fact:
    """The base of all facts; ``TYPE`` names it in the log."""

    TYPE: ClassVar[str] = ""

    def plain(self) -> dict[str, Any]:
        """As the log holds it."""
        return {"type": self.TYPE, **{one.name: getattr(self, one.name) for one in fields(self)}}


@dataclass(frozen=True, slots=True)
class Founded(Fact):
    """A DAO begins. ``members`` are its founders; ``policy`` is the document of the subnet to begin with."""

    TYPE = "dao.founded"
    subnet: str
    name: str
    charter: Mapping[str, Any]
    members: list[Mapping[str, Any]]
    validators: Mapping[str, Any]
    policy: Mapping[str, Any]
    nonce: str


# --- members ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Invited(Fact):
    """Somebody may join, until a time."""

    TYPE = "member.invited"
    member: Mapping[str, Any]
    until_us: int


@dataclass(frozen=True, slots=True)
class Joined(Fact):
    """A member was admitted, or its name, roles or weight changed."""

    TYPE = "member.joined"
    member: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Left(Fact):
    """A member left or was removed."""

    TYPE = "member.left"
    identity: str


@dataclass(frozen=True, slots=True)
class Delegated(Fact):
    """A member lets another one vote for it."""

    TYPE = "vote.delegated"
    giver: str
    taker: str
    topic: str
    until_us: int


@dataclass(frozen=True, slots=True)
class Undelegated(Fact):
    """A delegation was taken back."""

    TYPE = "vote.undelegated"
    giver: str
    topic: str


# --- proposals --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drafted(Fact):
    """A proposal, or another version of it; ``content`` is what its CID stands for."""

    TYPE = "proposal.drafted"
    proposal: str
    cid: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Submitted(Fact):
    """The checks of a proposal begin, under the rule of its risk class as it is now."""

    TYPE = "proposal.submitted"
    proposal: str
    rule: Mapping[str, Any]
    checks: list[str]


@dataclass(frozen=True, slots=True)
class Checked(Fact):
    """A check said something about the version with this CID."""

    TYPE = "proposal.checked"
    proposal: str
    cid: str
    check: str
    passed: bool
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reported(Fact):
    """A node made all checks of the version with this CID, and ``reporter`` signed what came of them
    (:mod:`governance.domain.reproduction`). ``reports``: by check, ``{"passed", "report"}``."""

    TYPE = "proposal.reported"
    proposal: str
    cid: str
    reporter: str
    key: str
    reports: Mapping[str, Mapping[str, Any]]
    signature: bytes


@dataclass(frozen=True, slots=True)
class Moved(Fact):
    """A proposal entered a stage, which ends by itself at ``until_us`` (None: never)."""

    TYPE = "proposal.moved"
    proposal: str
    stage: str
    why: str = ""
    until_us: int | None = None


@dataclass(frozen=True, slots=True)
class Reviewed(Fact):
    """A reviewer approved the version with this CID, or asked for changes."""

    TYPE = "proposal.reviewed"
    proposal: str
    cid: str
    reviewer: str
    approved: bool
    text: str


@dataclass(frozen=True, slots=True)
class Commented(Fact):
    """Somebody said something, about a step and line where ``place`` says so."""

    TYPE = "proposal.commented"
    proposal: str
    comment: str
    author: str
    text: str
    place: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened(Fact):
    """The vote opens; who may vote is frozen."""

    TYPE = "vote.opened"
    proposal: str
    electorate: Mapping[str, Any]
    closes_us: int


@dataclass(frozen=True, slots=True)
class Voted(Fact):
    """A ballot was cast (:class:`governance.domain.ballot.SignedBallot`)."""

    TYPE = "vote.cast"
    proposal: str
    ballot: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Extended(Fact):
    """The quorum was reached late, so the vote stays open."""

    TYPE = "vote.extended"
    proposal: str
    closes_us: int


@dataclass(frozen=True, slots=True)
class Revealed(Fact):
    """A secret ballot was opened."""

    TYPE = "vote.revealed"
    proposal: str
    voter: str
    choice: list[list[Any]]
    salt: bytes


@dataclass(frozen=True, slots=True)
class Counted(Fact):
    """The votes were counted."""

    TYPE = "vote.counted"
    proposal: str
    count: Mapping[str, Any]
    outcome: str
    why: str


# --- effects ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TemplateApproved(Fact):
    """A template may run from now on."""

    TYPE = "template.approved"
    template: str  # CID
    proposal: str
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class TemplateDeprecated(Fact):
    """It still runs and should not be used anew."""

    TYPE = "template.deprecated"
    template: str
    proposal: str


@dataclass(frozen=True, slots=True)
class TemplateRevoked(Fact):
    """It may not run any more."""

    TYPE = "template.revoked"
    template: str
    proposal: str


@dataclass(frozen=True, slots=True)
class Stopped(Fact):
    """A guardian stopped a template; that ends by itself unless the members ratify it."""

    TYPE = "template.stopped"
    template: str
    guardian: str
    reason: str
    until_us: int
    proposal: str  # the one to ratify it


@dataclass(frozen=True, slots=True)
class StopLapsed(Fact):
    """A guardian's stop was not ratified, and is over."""

    TYPE = "template.released"
    template: str


@dataclass(frozen=True, slots=True)
class PolicyChanged(Fact):
    """What the policy document says beside templates."""

    TYPE = "policy.changed"
    document: Mapping[str, Any]
    proposal: str


@dataclass(frozen=True, slots=True)
class ValidatorsChanged(Fact):
    """Who signs the policy document from the next version on."""

    TYPE = "validators.changed"
    validators: Mapping[str, Any]
    proposal: str


@dataclass(frozen=True, slots=True)
class RulesChanged(Fact):
    """The charter was changed."""

    TYPE = "rules.changed"
    charter: Mapping[str, Any]
    proposal: str


@dataclass(frozen=True, slots=True)
class PolicyPrepared(Fact):
    """A version of the signed policy waits for signatures; ``body`` is what they are over."""

    TYPE = "policy.prepared"
    version: int
    body: bytes


@dataclass(frozen=True, slots=True)
class PolicySigned(Fact):
    """A validator signed it."""

    TYPE = "policy.signed"
    version: int
    key: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class PolicyAdopted(Fact):
    """Enough signed, and the subnet took it."""

    TYPE = "policy.adopted"
    version: int
    cid: str


@dataclass(frozen=True, slots=True)
class Advised(Fact):
    """A weakness of a template became known."""

    TYPE = "template.advised"
    advisory: str
    template: str
    severity: str
    text: str
    author: str
    fixed_by: str = ""


TYPES: Mapping[str, type[Fact]] = {kind.TYPE: kind for kind in Fact.__subclasses__()}


def fact_of(plain: Mapping[str, Any]) -> Fact:
    """Read what :meth:`Fact.plain` wrote; raises :class:`CorruptData`."""
    kind = TYPES.get(str(plain.get("type")))
    if kind is None:
        raise CorruptData(f"the log names a fact {plain.get('type')!r} that is not known here")
    try:
        return kind(**{name: value for name, value in plain.items() if name != "type"})
    except TypeError as error:
        raise CorruptData(f"a fact {kind.TYPE} of the log has other fields: {error}") from error
