"""Who may do what in one subnet: a value, and the decision over it.

Permissions only add up: an operation is allowed where one grant in force covers it. So a further grant
never forbids anything, and revoking one never allows anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.ports.permissions import EVERYBODY, Consent, Grant, Role

ACTIONS_OF: Mapping[str, tuple[str, ...]] = {
    "flows:read": ("flow.read", "dao.read"),
    "dao:vote": ("dao.read", "dao.vote"),
    "flows:write": ("flow.read", "flow.write", "flow.share", "module.call"),
    "executions:read": ("execution.read",),
    "executions:write": (
        "execution.read",
        "execution.control",
        "flow.start",
        "step.run",
        "event.publish",
        "wait.answer",
        "module.call",
    ),
    "system:read": ("system.read",),
    "admin": ("*",),
    "*": ("*",),
}
"""What the scopes of tokens stand for."""


def actions_of(scopes: Iterable[str]) -> tuple[str, ...]:
    """The actions that scopes stand for; an unknown scope stands for none."""
    return tuple(action for scope in scopes for action in ACTIONS_OF.get(scope, ()))


class Outcome(StrEnum):
    """What a book says."""

    ALLOWED = "allowed"
    NOT_GRANTED = "not_granted"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Decision:
    """``ground`` is the grant or consent it rests on; ``until_us``: how long an allowed one holds."""

    outcome: Outcome
    ground: str = ""
    until_us: int | None = None


@dataclass(frozen=True, slots=True)
class _Right:
    """A grant with all its actions worked out."""

    id: str
    actions: tuple[str, ...]
    resource: tuple[str, ...]
    purpose: str
    expires_us: int | None
    ended_us: int | None  # revoked or withdrawn
    shared: bool = False  # came by a link


class Book:
    """The grants, roles and consents of a subnet at one revision, and the actors whose identity was
    ``revoked``; immutable."""

    def __init__(
        self,
        grants: Sequence[Grant] = (),
        roles: Sequence[Role] = (),
        consents: Sequence[Consent] = (),
        revoked: frozenset[str] = frozenset(),
    ) -> None:
        self.revoked = revoked
        bundles = {role.name: (*role.actions, *actions_of(role.scopes)) for role in roles}
        self._rights: dict[str, list[_Right]] = {}
        for grant in grants:
            self._rights.setdefault(grant.who, []).append(_right(grant, bundles))
        self._consents: dict[tuple[str, str], list[_Right]] = {}
        for consent in consents:
            key = (consent.person, consent.purpose)
            self._consents.setdefault(key, []).append(_agreement(consent))

    def granted(self, actor: str, action: str, resource: str, purpose: str, now_us: int) -> Decision:
        """Whether a grant covers an operation."""
        path = parts(resource)
        rights = (*self._rights.get(actor, ()), *self._rights.get(EVERYBODY, ()))
        covering = [
            right
            for right in rights
            if right.purpose in ("", purpose)
            and any(action_matches(pattern, action) for pattern in right.actions)
            and resource_matches(right.resource, path)
        ]
        return _best(covering, now_us)

    def shared(self, actor: str, action: str, resource: str, now_us: int) -> bool:
        """Whether a link that the actor opened gives it this, beyond the actor's own scopes."""
        path = parts(resource)
        return any(
            right.shared
            and right.ended_us is None
            and (right.expires_us is None or now_us < right.expires_us)
            and any(action_matches(pattern, action) for pattern in right.actions)
            and resource_matches(right.resource, path)
            for right in self._rights.get(actor, ())
        )

    def consented(self, person: str, purpose: str, resource: str, now_us: int) -> Decision:
        """Whether a person agrees to the use of their data."""
        path = parts(resource)
        given = self._consents.get((person, purpose), ())
        return _best([right for right in given if resource_matches(right.resource, path)], now_us)


def parts(path: str) -> tuple[str, ...]:
    """The segments of a resource; ``*`` alone is the root, which covers everything."""
    return () if path == "*" else tuple(path.split("/"))


def action_matches(pattern: str, action: str) -> bool:
    """``step.run`` is itself, ``step.*`` all that begins with ``step.``, ``*`` everything."""
    if pattern.endswith(".*"):
        return action.startswith(pattern[:-1])
    return pattern in ("*", action)


def resource_matches(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether a path is what a pattern names, or lies below it; ``*`` is any one segment."""
    return len(pattern) <= len(path) and all(
        wanted in ("*", there) for wanted, there in zip(pattern, path, strict=False)
    )


def _right(grant: Grant, bundles: Mapping[str, tuple[str, ...]]) -> _Right:
    actions = (*grant.actions, *actions_of(grant.scopes), *bundles.get(grant.role, ()))
    path, end_us = parts(grant.resource), grant.revoked_us
    return _Right(grant.id, actions, path, grant.purpose, grant.expires_us, end_us, bool(grant.share))


def _agreement(consent: Consent) -> _Right:
    path, end_us = parts(consent.resource), consent.withdrawn_us
    return _Right(consent.id, (), path, consent.purpose, consent.expires_us, end_us)


def _best(rights: Sequence[_Right], now_us: int) -> Decision:
    """The longest-lived right in force; else why there is none: what time ended can be renewed."""
    held = [right for right in rights if right.ended_us is None]
    for right in held:
        if right.expires_us is None:
            return Decision(Outcome.ALLOWED, right.id)
    ending = sorted(held, key=lambda right: (right.expires_us or 0, right.id))
    if ending:
        last = ending[-1]
        assert last.expires_us is not None
        if now_us < last.expires_us:
            return Decision(Outcome.ALLOWED, last.id, last.expires_us)
        return Decision(Outcome.EXPIRED, last.id)
    if not rights:
        return Decision(Outcome.NOT_GRANTED)
    return Decision(Outcome.REVOKED, max(rights, key=lambda right: (right.ended_us or 0, right.id)).id)
