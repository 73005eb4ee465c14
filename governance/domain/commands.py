"""What can be asked of a DAO. ``actor`` is the identity that asks; the door has proven who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.domain.ballot import Choice, SignedBallot


@dataclass(frozen=True, slots=True)
class Found:
    """Begin a DAO."""

    actor: str
    subnet: str
    name: str
    charter: Mapping[str, Any]
    members: list[Mapping[str, Any]]
    validators: Mapping[str, Any]
    policy: Mapping[str, Any]
    nonce: str


@dataclass(frozen=True, slots=True)
class Invite:
    """Ask somebody to join."""

    actor: str
    member: Mapping[str, Any]
    until_us: int


@dataclass(frozen=True, slots=True)
class Join:
    """Accept an invitation."""

    actor: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Be a member no more."""

    actor: str


@dataclass(frozen=True, slots=True)
class Delegate:
    """Let another member vote on a topic."""

    actor: str
    taker: str
    topic: str
    until_us: int


@dataclass(frozen=True, slots=True)
class Undelegate:
    """Take a delegation back."""

    actor: str
    topic: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Make a proposal, or another version of one's own. ``wish`` is described in
    :mod:`governance.domain.content`."""

    actor: str
    proposal: str
    wish: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Submit:
    """Let the checks of one's draft begin."""

    actor: str
    proposal: str
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check; the node itself asks this."""

    actor: str
    proposal: str
    cid: str
    check: str
    passed: bool
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of all checks on a node; the signature was checked. ``own``: on this node, which asks."""

    actor: str
    proposal: str
    cid: str
    reporter: str
    key: str
    reports: Mapping[str, Any]
    signature: bytes
    own: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """Approve a version, or ask for changes."""

    actor: str
    proposal: str
    cid: str
    approved: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """Say something, about a step and a line where ``place`` says so."""

    actor: str
    proposal: str
    comment: str
    text: str
    place: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vote:
    """Cast a ballot whose signature was checked. The ballot says who votes; whoever carries it may."""

    actor: str
    proposal: str
    signed: SignedBallot


@dataclass(frozen=True, slots=True)
class Reveal:
    """Open a secret ballot; whoever has its salt may."""

    actor: str
    proposal: str
    voter: str
    choice: Choice
    salt: bytes


@dataclass(frozen=True, slots=True)
class Cancel:
    """Take one's own proposal back."""

    actor: str
    proposal: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """As a guardian, stop a template at once; ``proposal`` is the id of the one that shall ratify it."""

    actor: str
    template: str
    reason: str
    proposal: str


@dataclass(frozen=True, slots=True)
class Advise:
    """Tell of a weakness of a template."""

    actor: str
    advisory: str
    template: str
    severity: str
    text: str
    fixed_by: str = ""


@dataclass(frozen=True, slots=True)
class PreparePolicy:
    """A version of the policy waits for signatures."""

    actor: str
    version: int
    body: bytes


@dataclass(frozen=True, slots=True)
class SignPolicy:
    """A validator's signature, which was checked."""

    actor: str
    version: int
    key: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class AdoptPolicy:
    """The subnet took the version."""

    actor: str
    version: int
    cid: str


@dataclass(frozen=True, slots=True)
class Advance:
    """Let time do its work; the node asks this."""

    actor: str = ""


Command = (
    Found | Invite | Join | Leave | Delegate | Undelegate | Draft | Submit | Check | Report | Review | Comment
    | Vote | Reveal | Cancel | Stop | Advise | PreparePolicy | SignPolicy | AdoptPolicy | Advance
)  # fmt: skip
