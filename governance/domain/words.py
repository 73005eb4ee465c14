"""The words that all of governance shares: risk classes, methods, kinds of proposals, stages, roles."""

from __future__ import annotations

from enum import StrEnum


class Risk(StrEnum):
    """How much harm a proposal can do; each class has its own rules. In rising order."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    def __ge__(self, other: object) -> bool:
        return _ORDER.index(self) >= _ORDER.index(Risk(str(other)))

    def __lt__(self, other: object) -> bool:
        return not self >= other


_ORDER = tuple(Risk)


class Method(StrEnum):
    """How votes are counted. ``single`` and ``weighted`` answer yes or no; the others choose."""

    SINGLE = "single"  # one member, one vote
    WEIGHTED = "weighted"  # each member has the weight that the DAO gave it
    APPROVAL = "approval"  # any number of options; the one with most approvals wins
    RANKED = "ranked"  # instant run-off
    QUADRATIC = "quadratic"  # n votes cost n*n credits


class Kind(StrEnum):
    """What a proposal wants."""

    APPROVE = "approve"  # a template may run
    UPDATE = "update"  # a new version takes the place of an approved one
    CHOOSE = "choose"  # one of several templates may run
    DEPRECATE = "deprecate"  # an approved template should not be used anew
    REVOKE = "revoke"  # an approved template may not run any more
    RATIFY = "ratify"  # a guardian's stop shall be for good
    POLICY = "policy"  # change the policy document
    LIMITS = "limits"  # change the limits in the policy document
    BUDGET = "budget"  # change what the subnet may use on a day
    VALIDATORS = "validators"  # who signs the policy document
    MEMBERSHIP = "membership"  # admit, change or remove a member
    RULES = "rules"  # change the charter


class Topic(StrEnum):
    """What a delegation is about."""

    TEMPLATES = "templates"
    POLICY = "policy"
    MEMBERS = "members"
    RULES = "rules"


TOPIC_OF: dict[Kind, Topic] = {
    Kind.APPROVE: Topic.TEMPLATES,
    Kind.UPDATE: Topic.TEMPLATES,
    Kind.CHOOSE: Topic.TEMPLATES,
    Kind.DEPRECATE: Topic.TEMPLATES,
    Kind.REVOKE: Topic.TEMPLATES,
    Kind.RATIFY: Topic.TEMPLATES,
    Kind.POLICY: Topic.POLICY,
    Kind.LIMITS: Topic.POLICY,
    Kind.BUDGET: Topic.POLICY,
    Kind.VALIDATORS: Topic.RULES,
    Kind.MEMBERSHIP: Topic.MEMBERS,
    Kind.RULES: Topic.RULES,
}

EVERY_TOPIC = "*"


class Stage(StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"
    CHECKS = "checks"
    REVIEW = "review"
    VOTING = "voting"  # or the window for objections
    REVEALING = "revealing"  # secret votes are opened
    TIMELOCK = "timelock"
    ACTIVE = "active"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"

    @property
    def open(self) -> bool:
        """Whether something can still come of it."""
        return self in OPEN


OPEN = (Stage.DRAFT, Stage.CHECKS, Stage.REVIEW, Stage.VOTING, Stage.REVEALING, Stage.TIMELOCK)


class Role(StrEnum):
    """What a member does beside voting."""

    MEMBER = "member"
    REVIEWER = "reviewer"
    VALIDATOR = "validator"
    GUARDIAN = "guardian"


YES, NO, ABSTAIN, NONE = "yes", "no", "abstain", "none"
ANSWERS = (YES, NO, ABSTAIN)
"""The options of a proposal that is not a choice; ``none`` is the last option of every choice."""
