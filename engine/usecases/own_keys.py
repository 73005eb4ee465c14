"""Identities that hold their own keys, in a browser or elsewhere: the node cannot sign for them.

They prove who they are by signing: an inception to be registered, key events to be added, a challenge to
be let in. The node prepares the bytes; whoever wants to trust nobody makes them alone, from the log.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from engine.base.canonical import decode, encode
from engine.base.errors import InvalidInput, PermissionDenied, QflowError, WrongState
from engine.keylog import making
from engine.keylog.form import BadLog, read
from engine.keylog.rules import KeyState, begin
from engine.ports.access_store import Principal
from engine.ports.identities import IdentityRecord
from engine.usecases.held_identities import add_event
from engine.usecases.manage_identities import MADE, IdentityView, check_scopes, visible
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.world import World

FRESH_US = 600 * 1_000_000
"""How far from now an event that comes from outside may take force."""

CHALLENGE_US = 120 * 1_000_000
"""How long a challenge can be answered."""

CHALLENGE = b"qflow/challenge/1\x00"
"""What stands before a challenge when it is signed."""


def prepare_inception(
    world: World, actor: Principal, subject: str, key: bytes, next: bytes | None, recovery: Sequence[bytes]
) -> bytes:
    """The body of an inception for a public key, for its holder to sign; ``next`` and ``recovery`` are
    commitments. Nothing is stored."""
    require(world, actor, "system:read", "identities")
    if subject not in MADE:
        raise InvalidInput(f"an identity is made for a {' or a '.join(MADE)}, not for {subject!r}")
    return making.inception(subject, key, next, world.clock.now_us(), recovery=recovery)


def register_identity(world: World, actor: Principal, name: str, event: bytes) -> IdentityView:
    """Make an identity known by its inception; its signature proves that the caller holds the key.

    Raises :class:`InvalidInput` for an event that is no fresh inception of a person or service made for
    this subnet, and :class:`WrongState` where the subnet knows it already.
    """
    require(world, actor, "admin", "identities")
    book = world.identities
    try:
        state = begin(event, book.checks)
    except BadLog as error:
        raise InvalidInput(f"the inception is not valid: {error.reason}") from error
    check_fresh(world, state.since)
    if state.subject not in MADE or state.delegator not in ("", actor.identity):
        raise InvalidInput("an inception from outside is for a person or service, under nobody but its maker")
    now_us = world.clock.now_us()
    record = IdentityRecord(
        state.identity, actor.subnet, state.subject, name, False, state.delegator, "", now_us
    )
    if not book.store.create(record, event, []):
        raise _not_new(book.store.record(state.identity), actor)
    book.refresh()
    return IdentityView(record, state)


def _not_new(known: IdentityRecord, actor: Principal) -> QflowError:
    """One's own identities may be named; of another subnet's nobody is told that the node knows them."""
    if known.subnet == actor.subnet:
        return WrongState(f"identity {known.id} is known already", identity=known.id)
    return InvalidInput("the inception is not valid: it does not count here; make a new one, with fresh keys")


def prepare_event(
    world: World, actor: Principal, identity: str, kind: str, fields: Mapping[str, Any]
) -> bytes:
    """The body of the next key event of an identity, for its holder to sign. ``fields`` are those of the
    kind in :mod:`engine.keylog.form`."""
    record, now_us = _known_to(world, actor, identity), world.clock.now_us()
    state = world.identities.state(record.id)
    makers = {
        "rotation": making.rotation,
        "recovery": making.recovered,
        "revocation": making.revocation,
        "delegation": making.delegation,
        "withdrawal": making.withdrawal,
    }
    if kind not in makers:
        raise InvalidInput(f"there is no key event {kind!r}; there are: {', '.join(makers)}")
    if kind == "delegation":
        check_scopes(fields.get("scopes", ()))
    try:
        return bytes(makers[kind](state, since=now_us, **fields))  # type: ignore[operator]
    except TypeError as error:
        raise InvalidInput(f"a {kind} has other fields: {error}") from error


def append_event(world: World, actor: Principal, identity: str, event: bytes) -> KeyState:
    """Add a key event that its holder signed; the signature is what permits it.

    Raises :class:`InvalidInput` for an event that may not follow, :class:`StaleRevision` where another one
    came first.
    """
    record = _known_to(world, actor, identity)
    if record.held:
        raise WrongState("the node holds the keys of this identity; ask it to rotate or revoke them")
    book = world.identities
    book.refresh()
    state = book.state(record.id)
    try:
        found = read(event, state.sequence + 1, book.checks)
        check_fresh(world, found.since)
        after = add_event(book, state, event)
    except BadLog as error:
        raise InvalidInput(f"the key event is not valid: {error.reason}") from error
    world.trust.books.forget()
    remember_done(world, actor, "key", f"identity.{found.kind}", record.id)
    return after


def _known_to(world: World, actor: Principal, identity: str) -> IdentityRecord:
    """Whoever it is may see to their own keys; those of others take a scope."""
    if actor.identity != identity:
        require(world, actor, "system:read", f"identities/{identity}")
    return visible(world, actor, identity)


def check_fresh(world: World, since_us: int) -> None:
    """Nobody dates an event back: what was signed before it would become worthless, or count."""
    if abs(since_us - world.clock.now_us()) > FRESH_US:
        raise InvalidInput(
            f"a key event takes force within {FRESH_US // 60_000_000} minutes of now; check the clock"
        )


# --- proof of possession --------------------------------------------------------------------------------


def challenge_identity(world: World, identity: str) -> bytes:
    """Bytes that only now and only this identity should sign, behind :data:`CHALLENGE`. Says nothing of
    whether there is such an identity."""
    body = encode([identity, world.clock.now_us(), world.entropy.bytes(16)])
    return body + _stamp(world, body)


def prove_identity(world: World, identity: str, challenge: bytes, signature: bytes) -> IdentityRecord:
    """The identity whose key in force signed the challenge.

    Raises :class:`PermissionDenied`, without saying more than that, where anything is wrong.
    """
    now_us, book = world.clock.now_us(), world.identities
    told = _told(world, challenge)
    key = None
    if told is not None and told[0] == identity and 0 <= now_us - told[1] <= CHALLENGE_US:
        book.refresh()
        states = book.states(identity)
        key = states[identity].key_at(now_us) if identity in states else None
    if key is None or not world.signatures.verify(key, CHALLENGE + challenge, signature):
        raise PermissionDenied("the key of this identity did not answer the challenge; ask for a new one")
    return book.store.record(identity)


def _stamp(world: World, body: bytes) -> bytes:
    return hmac.digest(sha256(b"challenge" + world.secret).digest(), body, "sha256")


def _told(world: World, challenge: bytes) -> tuple[str, int] | None:
    """Identity and time of a challenge that this node made."""
    body, stamp = challenge[:-32], challenge[-32:]
    if not hmac.compare_digest(_stamp(world, body), stamp):
        return None
    identity, at_us, _ = decode(body)
    return identity, at_us
