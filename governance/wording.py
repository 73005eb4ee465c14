"""Governance in plain words, for people who read pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.api import InvalidInput, Problem
from governance.domain.charter import Charter, Rule
from governance.domain.state import Dao, Proposal
from governance.domain.words import Kind, Risk

_UNITS_S = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_UNIT_NAMES = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
_LENGTH = re.compile(r"(\d{1,7})\s*([dhms])")

_ASKS = {
    Kind.APPROVE: "Let this code run on the nodes of the subnet.",
    Kind.UPDATE: "Let a new version run, in the place of the one that was approved before.",
    Kind.CHOOSE: "Choose which one of several templates may run.",
    Kind.DEPRECATE: "Tell everybody to stop using a template. What uses it goes on running.",
    Kind.REVOKE: "Forbid a template. What runs it stops at its next step.",
    Kind.RATIFY: "A guardian stopped a template. Make that final, or let it run again.",
    Kind.POLICY: "Change the policy of the subnet.",
    Kind.LIMITS: "Change what executions in the subnet may use up.",
    Kind.BUDGET: "Change what the subnet may use on a day.",
    Kind.VALIDATORS: "Change who signs the policy of the subnet.",
    Kind.MEMBERSHIP: "Change who the members are.",
    Kind.RULES: "Change the rules by which the members decide.",
}

NEXT = {
    "draft": "Its author has not submitted it, or its checks failed, or it was changed.",
    "checks": "The node makes it anew from its source, scans it and runs its tests.",
    "review": "Reviewers read it. Its author is not one of them.",
    "voting": "Members vote. Whoever voted may change that until the end.",
    "revealing": "Voters open their sealed ballots.",
    "timelock": "It was accepted, and comes into force after a wait.",
    "active": "It is in force.",
    "rejected": "It was turned down.",
    "expired": "Too few reviewed it or voted.",
    "cancelled": "Its author took it back.",
    "revoked": "It was in force, and is forbidden now.",
    "superseded": "It was in force, and a later version took its place.",
}
"""What each stage means."""


def asks(one: Proposal) -> str:
    """What a proposal asks of its voters."""
    return _ASKS[one.kind]


def length(seconds: int) -> str:
    """A length of time, as people say it."""
    for unit, size in _UNITS_S.items():
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {_UNIT_NAMES[unit]}{'' if count == 1 else 's'}"
    return f"{seconds} seconds" if seconds else "no time"


def short_length(seconds: int) -> str:
    """The same as a form takes it: ``5d``, ``90m``."""
    unit = next((unit for unit, size in _UNITS_S.items() if seconds and seconds % size == 0), "s")
    return f"{seconds // _UNITS_S[unit]}{unit}"


def seconds_of(text: str, field: str) -> int:
    """What :func:`short_length` wrote, in seconds; raises :class:`InvalidInput`."""
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        raise InvalidInput("the time is not valid", [Problem(field, "such as 5d, 12h, 30m or 10s")])
    return int(found[1]) * _UNITS_S[found[2]]


def left(until_us: int | None, now_us: int) -> str:
    """How long it is until a moment, roughly; empty where there is none."""
    if until_us is None:
        return ""
    seconds = max(0, (until_us - now_us) // 1_000_000)
    unit = next((unit for unit, size in _UNITS_S.items() if seconds >= 2 * size), "s")
    return length(seconds // _UNITS_S[unit] * _UNITS_S[unit]) if seconds else "now"


def rule(one: Rule) -> str:
    """How proposals of one class are decided."""
    if one.mode == "objection":
        decided = f"It passes unless {one.veto} % of all votes object within {length(one.voting_seconds)}."
    else:
        decided = (
            f"It passes where {one.quorum} % of all votes take part within {length(one.voting_seconds)},"
            f" and more than {one.support} % of yes and no are yes."
        )
    count = "1 review comes" if one.reviewers == 1 else f"{one.reviewers} reviews come"
    reviewed = f" {count} first." if one.reviewers else ""
    waits = f" It takes force {length(one.timelock_seconds)} later." if one.timelock_seconds else ""
    return decided + reviewed + waits + (" Votes are secret until they are opened." if one.secret else "")


def rules(charter: Charter) -> list[tuple[str, str]]:
    """The rule of each class."""
    return [(str(risk), rule(charter.rules.of(risk))) for risk in Risk]


def name_of(state: Dao, identity: str) -> str:
    """A member's name, or the beginning of an identity that is no member any more."""
    known = state.members.get(identity)
    return known.name if known else f"{identity[:12]}…"


def parts(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parts of a document, a line each."""
    return [(str(name), plain_value(part)) for name, part in sorted(value.items())]


def plain_value(value: Any) -> str:
    """A part of a document, as people read it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {plain_value(part)}" for name, part in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(plain_value(part) for part in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not set" if value is None else str(value)
