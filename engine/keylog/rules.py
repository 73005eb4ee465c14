"""The rules of a log: which event may follow, who must have signed it, and what it changes.

Each event names the CID of the one before it, so that the last one stands for all. A rotation brings in
the key to which the event before had committed (pre-rotation, as in KERI, arXiv:1907.02143): whoever
steals the key in use cannot rotate. A recovery key, of which the log shows only the commitment until it
is used, replaces both. Nothing follows a revocation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.keylog.form import (
    CONTEXT,
    DELEGATION,
    EVENTS_MAX,
    INCEPTION,
    RECOVERY,
    REVOCATION,
    ROTATION,
    WITHDRAWAL,
    BadLog,
    Checks,
    Event,
    commitment,
    read,
)


@dataclass(frozen=True, slots=True)
class KeyPeriod:
    """A key, and since when it is the one that signs."""

    key: bytes
    since: int


@dataclass(frozen=True, slots=True)
class Delegation:
    """What a sub-identity may sign, from when to when (``until`` is the first moment it may not)."""

    sub: str
    scopes: frozenset[str]
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class KeyState:
    """What a checked log says."""

    identity: str
    subject: str
    delegator: str  # empty for an identity that stands by itself
    periods: tuple[KeyPeriod, ...]
    next: bytes | None  # commitment to the next key
    recovery: tuple[bytes, ...]  # commitments to recovery keys
    sequence: int
    head: str  # CID of the last event
    since: int  # when the last event takes force
    delegations: tuple[Delegation, ...] = ()
    revoked_since: int | None = None

    @property
    def key(self) -> bytes:
        """The newest key; it may take force only in a moment (see :meth:`key_at`)."""
        return self.periods[-1].key

    def key_at(self, at_us: int) -> bytes | None:
        """The key in force at a time; None before the inception and after the revocation."""
        if self.revoked_since is not None and at_us >= self.revoked_since:
            return None
        known = [period.key for period in self.periods if period.since <= at_us]
        return known[-1] if known else None

    def delegation_at(self, sub: str, at_us: int) -> Delegation | None:
        """What the sub-identity may at a time; None where it may nothing."""
        for one in reversed(self.delegations):
            if one.sub == sub and one.since <= at_us:
                return one if one.until is None or at_us < one.until else None
        return None


def check_log(events: Sequence[bytes], checks: Checks) -> KeyState:
    """The state after a whole log; raises :class:`BadLog` naming the first event that breaks a rule."""
    if not 0 < len(events) <= EVENTS_MAX:
        raise BadLog(0, f"a log has 1 to {EVENTS_MAX} events, not {len(events)}")
    state = begin(events[0], checks)
    for data in events[1:]:
        state = extend(state, data, checks)
    return state


def begin(data: bytes, checks: Checks) -> KeyState:
    """The state after an inception."""
    event = read(data, 0, checks)
    body = event.body
    if event.kind != INCEPTION or body["sequence"] != 0 or body["identity"] or body["prior"]:
        raise BadLog(0, "is no inception; a log begins with one")
    _check_signatures(event, [body["key"]], 0, checks)
    return KeyState(
        identity=event.cid,
        subject=body["subject"],
        delegator=body["delegator"],
        periods=(KeyPeriod(body["key"], event.since),),
        next=body["next"],
        recovery=tuple(body["recovery"]),
        sequence=0,
        head=event.cid,
        since=event.since,
    )


def extend(state: KeyState, data: bytes, checks: Checks) -> KeyState:
    """The state after one more event; raises :class:`BadLog`."""
    place = state.sequence + 1
    event = read(data, place, checks)
    _check_place(state, event, place)
    signers, changes = _JUDGES[event.kind](state, event, place)
    _check_signatures(event, signers, place, checks)
    return replace(state, sequence=place, head=event.cid, since=event.since, **changes)


def _check_place(state: KeyState, event: Event, place: int) -> None:
    body = event.body
    if state.revoked_since is not None:
        raise BadLog(place, "follows a revocation")
    if event.kind == INCEPTION:
        raise BadLog(place, "is a second inception")
    if body["identity"] != state.identity:
        raise BadLog(place, "belongs to another identity")
    if body["sequence"] != place:
        raise BadLog(place, f"says it is number {body['sequence']}")
    if body["prior"] != state.head:
        raise BadLog(place, "does not follow the event before it")
    if event.since < state.since:
        raise BadLog(place, "takes force before the event before it")
    if place >= EVENTS_MAX:
        raise BadLog(place, f"is beyond the {EVENTS_MAX} events a log may have")


def _check_signatures(event: Event, signers: Sequence[bytes], place: int, checks: Checks) -> None:
    if len(event.signatures) != len(signers):
        raise BadLog(place, f"has {len(event.signatures)} signatures, and needs {len(signers)}")
    for signer, signature in zip(signers, event.signatures, strict=True):
        if not checks.verify(signer, CONTEXT + event.content, signature):
            raise BadLog(place, "is not signed by the key that must sign it")


_Judgement = tuple[list[bytes], dict[str, Any]]
"""Who must have signed, in order, and what changes."""


def _rotation(state: KeyState, event: Event, place: int) -> _Judgement:
    key = event.body["key"]
    if state.next is None or commitment(key) != state.next:
        raise BadLog(place, "rotates to a key to which the log had not committed")
    return [key], {"periods": (*state.periods, KeyPeriod(key, event.since)), "next": event.body["next"]}


def _recovery(state: KeyState, event: Event, place: int) -> _Judgement:
    by, key = event.body["by"], event.body["key"]
    if commitment(by) not in state.recovery:
        raise BadLog(place, "recovers with a key that is no recovery key of the log")
    changes = {
        "periods": (*state.periods, KeyPeriod(key, event.since)),
        "next": event.body["next"],
        "recovery": tuple(event.body["recovery"]),
    }
    return [by, key], changes


def _revocation(state: KeyState, event: Event, place: int) -> _Judgement:
    by = event.body["by"]
    if by != state.key and commitment(by) not in (state.next, *state.recovery):
        raise BadLog(place, "revokes with a key that is none of the identity's")
    return [by], {"revoked_since": event.since}


def _delegation(state: KeyState, event: Event, place: int) -> _Judgement:
    body = event.body
    if body["sub"] == state.identity:
        raise BadLog(place, "delegates to the identity itself")
    given = Delegation(body["sub"], frozenset(body["scopes"]), event.since, body["until"])
    return [state.key], {"delegations": (*state.delegations, given)}


def _withdrawal(state: KeyState, event: Event, place: int) -> _Judgement:
    sub = event.body["sub"]
    if all(one.sub != sub for one in state.delegations):
        raise BadLog(place, "withdraws what was never delegated")
    taken = Delegation(sub, frozenset(), event.since, event.since)
    return [state.key], {"delegations": (*state.delegations, taken)}


_JUDGES = {
    ROTATION: _rotation,
    RECOVERY: _recovery,
    REVOCATION: _revocation,
    DELEGATION: _delegation,
    WITHDRAWAL: _withdrawal,
}
