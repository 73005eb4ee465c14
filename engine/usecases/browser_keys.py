"""Persons whose keys lie in their browsers: the keys leave the node, and further browsers join the first.

A person begins with keys that the node holds, with one spare key to which the log has committed. By it the
node lets the person go: the event brings in a key that only the browser has, and a recovery key that only
the person has. A further browser is a sub-identity with a key of its own, which the first one lets act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.base.errors import InvalidInput, PermissionDenied, Problem, UnknownObject, WrongState
from engine.base.limits import GRANT_TEXT_CHARACTERS_MAX
from engine.keylog import making
from engine.keylog.form import BadLog, Event, read
from engine.keylog.rules import KeyState, begin
from engine.keylog.trust import EVERYTHING, NotTrusted, check_authority
from engine.ports.access_store import Principal
from engine.ports.identities import IdentityRecord
from engine.usecases.held_identities import release_held, spare_key
from engine.usecases.own_keys import check_fresh, prove_identity
from engine.usecases.remember import remember_done
from engine.usecases.world import World

BROWSERS_MAX = 20
"""Further browsers of one person, those that act no more included."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A challenge of this node, signed by a key of the identity."""

    identity: str
    challenge: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class PersonKeys:
    """A person's identity, what its log says, and the further browsers with what they may until when."""

    record: IdentityRecord
    state: KeyState
    events: tuple[Event, ...]
    browsers: tuple[tuple[IdentityRecord, bool], ...]  # and whether it may act now


def person_keys(world: World, actor: Principal) -> PersonKeys:
    """The actor's own keys."""
    book, now_us = world.identities, world.clock.now_us()
    state = book.state(actor.identity)
    log = enumerate(book.store.log(actor.identity))
    events = tuple(read(event, place, book.checks) for place, event in log)
    browsers = tuple((one, _acts(state, one.id, now_us)) for one in _browsers(world, actor))
    return PersonKeys(book.store.record(actor.identity), state, events, browsers)


def person_logs(world: World, actor: Principal) -> dict[str, list[bytes]]:
    """The signed key events of the actor and of the actor's browsers, by identity."""
    return world.identities.logs([actor.identity, *(one.id for one in _browsers(world, actor))])


def prepare_leaving(
    world: World, actor: Principal, key: bytes, next: bytes, recovery: Sequence[bytes]
) -> bytes:
    """The body of the event by which the actor's keys leave the node, for the new ``key`` to sign; ``next``
    and ``recovery`` are commitments. Raises :class:`PermissionDenied` where the node holds no spare key."""
    book = world.identities
    by = spare_key(book, actor.identity)
    state = book.state(actor.identity)
    return making.recovered(state, by, key, next, world.clock.now_us(), recovery)


def leave_node(world: World, actor: Principal, body: bytes, signature: bytes) -> KeyState:
    """The node lets the actor go: from now on only the browser that signed can sign for this person.

    Raises :class:`InvalidInput` for a body that :func:`prepare_leaving` would not make.
    """
    book = world.identities
    try:
        event = read(making.signed(body, [signature]), book.state(actor.identity).sequence + 1, book.checks)
        check_fresh(world, event.since)
        if not (event.body.get("next") and event.body.get("recovery")):
            raise InvalidInput("the event names no next or no recovery key; a lost browser would be the end")
        state = release_held(book, actor.identity, body, signature)
    except BadLog as error:
        raise InvalidInput(f"the key event is not valid: {error.reason}") from error
    remember_done(world, actor, "key", "identity.leave", actor.identity)
    return state


def prepare_browser(world: World, actor: Principal, key: bytes, next: bytes) -> bytes:
    """The body of the inception of a further browser of the actor, for its ``key`` to sign."""
    now_us = world.clock.now_us()
    return making.inception("person", key, next, now_us, delegator=actor.identity)


def add_browser(world: World, actor: Principal, name: str, event: bytes) -> IdentityRecord:
    """Make a further browser of the actor known. It may do nothing until a browser that may delegates to it.

    Raises :class:`InvalidInput` for an event that is none, :class:`WrongState` where there are too many.
    """
    if not 0 < len(name) <= GRANT_TEXT_CHARACTERS_MAX or not name.isprintable():
        limit = GRANT_TEXT_CHARACTERS_MAX
        raise InvalidInput("the name is not valid", [Problem("name", f"1 to {limit} printable characters")])
    if world.identities.store.record(actor.identity).held:
        raise WrongState("move your keys into your first browser before you add a further one")
    if len(_browsers(world, actor)) >= BROWSERS_MAX:
        raise WrongState(f"a person has at most {BROWSERS_MAX} further browsers")
    try:
        state = begin(event, world.identities.checks)
    except BadLog as error:
        raise InvalidInput(f"the inception is not valid: {error.reason}") from error
    check_fresh(world, state.since)
    if state.subject != "person" or state.delegator != actor.identity:
        raise InvalidInput("this is no inception of a further browser of yours")
    now_us = world.clock.now_us()
    record = IdentityRecord(state.identity, actor.subnet, "person", name, False, actor.identity, "", now_us)
    if not world.identities.store.create(record, event, []):
        raise WrongState(f"identity {state.identity} is known already", identity=state.identity)
    world.identities.refresh()
    remember_done(world, actor, "key", "identity.add_browser", record.id, details={"name": name})
    return record


def prove_actor(world: World, actor: Principal, proof: Proof) -> bool:
    """True where the actor, or a browser that may do all for the actor, signed the challenge; raises
    :class:`PermissionDenied` where not."""
    prove_identity(world, proof.identity, proof.challenge, proof.signature)
    states = world.identities.states(proof.identity)
    try:
        root, _ = check_authority(states, proof.identity, world.clock.now_us(), EVERYTHING)
    except NotTrusted as error:
        raise PermissionDenied(f"the signature does not count: {error}") from error
    if root != actor.identity:
        raise UnknownObject(f"there is no identity {proof.identity!r}", identity=proof.identity)
    return True


def _browsers(world: World, actor: Principal) -> list[IdentityRecord]:
    records = world.identities.store.records(actor.subnet)
    return [one for one in records if one.delegator == actor.identity and not one.held]


def _acts(state: KeyState, sub: str, at_us: int) -> bool:
    given = state.delegation_at(sub, at_us)
    return given is not None and bool(given.scopes)
