"""What checked logs prove: who answered for a signature at its time, and whether a log was forked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.keylog.form import BadLog, Checks
from engine.keylog.rules import KeyState, check_log

DEPTH_MAX = 8
"""Identities between a sub-identity and the one that stands by itself."""

EVERYTHING = "*"


class NotTrusted(ValueError):
    """A key may not sign this in the name of this identity at this time."""


def check_signer(states: Mapping[str, KeyState], identity: str, key: bytes, at_us: int, scope: str) -> str:
    """Who answers in the end for what ``identity`` signed with ``key`` at a time, under a scope.

    A sub-identity needs the scope from every identity above it; the one that stands by itself has all.
    Raises :class:`NotTrusted` with the reason.
    """
    state = _state(states, identity)
    if state.key_at(at_us) != key:
        raise NotTrusted(_why_not(state, key, at_us))
    return check_authority(states, identity, at_us, scope)[0]


def check_authority(
    states: Mapping[str, KeyState], identity: str, at_us: int, scope: str
) -> tuple[str, int | None]:
    """Who answers in the end for an identity under a scope at a time, and when that ends by itself (None:
    never). Raises :class:`NotTrusted`."""
    state, ends = _state(states, identity), []
    for _ in range(DEPTH_MAX):
        if state.key_at(at_us) is None:
            raise NotTrusted(f"identity {state.identity} is not in force at that time")
        ends += [] if state.revoked_since is None else [state.revoked_since]
        if not state.delegator:
            return state.identity, min(ends, default=None)
        above = _state(states, state.delegator)
        given = above.delegation_at(state.identity, at_us)
        if given is None:
            raise NotTrusted(f"identity {above.identity} does not delegate to {state.identity} at that time")
        if not given.scopes & {scope, EVERYTHING}:
            raise NotTrusted(f"identity {state.identity} is not delegated the scope {scope}")
        ends += [] if given.until is None else [given.until]
        state = above
    raise NotTrusted(f"more than {DEPTH_MAX} identities delegate to each other")


def _state(states: Mapping[str, KeyState], identity: str) -> KeyState:
    state = states.get(identity)
    if state is None:
        raise NotTrusted(f"the log of identity {identity} is missing")
    return state


def _why_not(state: KeyState, key: bytes, at_us: int) -> str:
    if state.revoked_since is not None and at_us >= state.revoked_since:
        return f"identity {state.identity} was revoked before that time"
    if key not in {period.key for period in state.periods}:
        return f"the key is none of identity {state.identity}"
    return f"the key of identity {state.identity} was not in force at that time"


@dataclass(frozen=True, slots=True)
class Fork:
    """Two events, each validly signed, that both claim the same place in a log."""

    identity: str
    sequence: int
    first: bytes
    second: bytes


def find_fork(one: Sequence[bytes], other: Sequence[bytes], checks: Checks) -> Fork | None:
    """Compare two copies of a log. None where one continues the other; raises :class:`BadLog` where a copy
    is not valid, so that nobody is accused by a forgery, or where they are logs of two identities."""
    identity = check_log(one, checks).identity
    if check_log(other, checks).identity != identity:
        raise BadLog(0, "belongs to another identity")
    for sequence, (first, second) in enumerate(zip(one, other, strict=False)):
        if first != second:
            return Fork(identity, sequence, first, second)
    return None
