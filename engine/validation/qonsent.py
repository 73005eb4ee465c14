"""Qonsent: may this actor do this, and do the persons concerned agree?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from engine.validation.book import ACTIONS_OF, Book, Decision, Outcome, action_matches, actions_of
from engine.validation.operation import Finding, Genuine, Operation, Permitted, Stage

OWN_ACTIONS = "permission.*"
"""Changing grants needs the scope ``admin`` and no grant, or a subnet could lock itself out."""


class TrustedClock:
    """Wall-clock time that does not go back while the process lives, so that what expired stays expired."""

    def __init__(self, now_us: Callable[[], int], monotonic_us: Callable[[], int]) -> None:
        self._now_us, self._monotonic_us = now_us, monotonic_us
        self._ahead_us = now_us() - monotonic_us()  # of the wall clock before the monotonic one
        self._lock = threading.Lock()

    def __call__(self) -> int:
        monotonic_us = self._monotonic_us()
        ahead_us = self._now_us() - monotonic_us
        if ahead_us > self._ahead_us:
            with self._lock:
                self._ahead_us = max(self._ahead_us, ahead_us)
        return self._ahead_us + monotonic_us


@dataclass(frozen=True, slots=True)
class Qonsent:
    """The stage. ``book(subnet, fresh)`` gives the subnet's book; ``now_us`` must not go back."""

    book: Callable[[str, bool], Book]
    now_us: Callable[[], int]

    def __call__(self, given: Genuine) -> Permitted | Finding:
        operation = given.operation
        beyond = _beyond_scopes(operation)
        if beyond is None and action_matches(OWN_ACTIONS, operation.action) and _is_admin(operation):
            return Permitted(given)
        book, now_us = self.book(operation.subnet, operation.acts), self.now_us()
        if beyond is not None and not _shared(book, operation, now_us):
            return beyond
        if operation.actor in book.revoked:
            return _ended(operation)
        ends: list[int] = []
        ground = ""
        for decision, explained in _decisions(book, operation, now_us):
            if decision.outcome is not Outcome.ALLOWED:
                return explained()
            ground = ground or decision.ground
            if decision.until_us is not None:
                ends.append(decision.until_us)
        return Permitted(given, min(ends, default=None), ground)


def _decisions(
    book: Book, operation: Operation, now_us: int
) -> Iterator[tuple[Decision, Callable[[], Finding]]]:
    """What the operation needs, one by one, and what to say where it is not there."""
    for action in (operation.action, *operation.permissions):
        decision = book.granted(operation.actor, action, operation.resource, operation.purpose, now_us)
        yield decision, partial(_not_granted, operation, action, decision)
    for person in operation.data_subjects:
        decision = book.consented(person, operation.purpose, operation.resource, now_us)
        yield decision, partial(_not_consented, operation, person, decision)


def _ended(operation: Operation) -> Finding:
    """What the actor started pauses: somebody else decides whether it is aborted or run again."""
    what = f"{operation.actor} may not {operation.action} on {operation.resource}"
    why, remedy = "its identity was revoked", "abort the execution, or replay it as somebody else"
    return Finding(Stage.QONSENT, "identity_revoked", what, why, remedy, waits=True)


def _shared(book: Book, operation: Operation, now_us: int) -> bool:
    """Whether a link gives what the scopes do not; never what concerns permissions."""
    if action_matches(OWN_ACTIONS, operation.action):
        return False
    return book.shared(operation.actor, operation.action, operation.resource, now_us)


def _is_admin(operation: Operation) -> bool:
    return operation.scopes is None or bool(operation.scopes & {"admin", "*"})


def _beyond_scopes(operation: Operation) -> Finding | None:
    if operation.scopes is None:
        return None
    if any(action_matches(pattern, operation.action) for pattern in actions_of(operation.scopes)):
        return None
    return Finding(
        Stage.QONSENT,
        "scope_missing",
        f"{operation.action} on {operation.resource}",
        f"the token of {operation.actor} has the scopes {', '.join(sorted(operation.scopes)) or '(none)'}",
        f"use a token with the scope {' or '.join(_scopes_for(operation.action))}",
    )


def _scopes_for(action: str) -> list[str]:
    """The scopes that stand for an action, narrow ones first."""
    return [
        scope
        for scope, actions in ACTIONS_OF.items()
        if scope != "*" and any(action_matches(pattern, action) for pattern in actions)
    ]


_WHY = {
    Outcome.NOT_GRANTED: "nobody granted it",
    Outcome.REVOKED: "the grant was revoked",
    Outcome.EXPIRED: "the grant has expired",
}


def _not_granted(operation: Operation, action: str, decision: Decision) -> Finding:
    expired = decision.outcome is Outcome.EXPIRED
    remedy = (
        f"renew it: qflow grant renew {decision.ground}"
        if expired
        else f"grant it: qflow grant add --who {operation.actor} --action {action}"
    )
    return Finding(
        Stage.QONSENT,
        "permission_expired" if expired else f"permission_{decision.outcome}",
        f"{operation.actor} may not {action} on {operation.resource}",
        _WHY[decision.outcome] + (f" ({decision.ground})" if decision.ground else ""),
        remedy,
        waits=expired,
        details={"grant": decision.ground} if decision.ground else {},
    )


def _not_consented(operation: Operation, person: str, decision: Decision) -> Finding:
    expired = decision.outcome is Outcome.EXPIRED
    why = {
        Outcome.NOT_GRANTED: "there is no consent",
        Outcome.REVOKED: "the consent was withdrawn",
        Outcome.EXPIRED: "the consent has expired",
    }[decision.outcome]
    return Finding(
        Stage.QONSENT,
        "consent_expired" if expired else "consent_missing",
        f"data of {person} may not be used for {operation.purpose!r} by {operation.resource}",
        why + (f" ({decision.ground})" if decision.ground else ""),
        f"renew it: qflow consent renew {decision.ground}" if expired else "ask them: qflow consent add",
        waits=expired,
        details={"consent": decision.ground} if decision.ground else {},
    )
