"""Identities whose keys the node holds: their key events, made and signed here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.base.errors import PermissionDenied, WrongState
from engine.keylog import making
from engine.keylog.form import RECOVERY, BadLog, commitment, read
from engine.keylog.rules import KeyState, begin, extend
from engine.ports.clock import Entropy
from engine.ports.identities import HeldKey, IdentityRecord
from engine.usecases.identity_book import IdentityBook

SETTLE_US = 1_000_000
"""After how long a new key takes force: by then every process of the node knows it."""

SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """An identity to make; what the words mean stands in :class:`IdentityRecord`. ``recovery`` holds
    commitments to recovery keys, which are kept elsewhere; with ``spare`` the node keeps one too, by which
    the identity can leave it."""

    subnet: str
    subject: str
    name: str
    label: str = ""
    delegator: str = ""
    recovery: tuple[bytes, ...] = ()
    since_us: int | None = None
    spare: bool = False


def make_held(book: IdentityBook, entropy: Entropy, wanted: Wanted) -> IdentityRecord | None:
    """A new identity with keys that the node holds; None where the label is taken."""
    now_us = book.clock.now_us()
    first, next = entropy.bytes(SEED_BYTES), entropy.bytes(SEED_BYTES)
    spare = [entropy.bytes(SEED_BYTES)] if wanted.spare else []
    body = making.inception(
        wanted.subject,
        book.scheme.public_key(first),
        _commitment(book, next),
        now_us if wanted.since_us is None else wanted.since_us,
        recovery=[*wanted.recovery, *(_commitment(book, seed) for seed in spare)],
        delegator=wanted.delegator,
    )
    event = _signed(book, body, [first])
    id = begin(event, book.checks).identity
    record = IdentityRecord(
        id, wanted.subnet, wanted.subject, wanted.name, True, wanted.delegator, wanted.label, now_us
    )
    made = book.store.create(record, event, [book.sealed(id, seed) for seed in (first, next, *spare)])
    book.refresh()
    return record if made else None


def rotate_held(book: IdentityBook, entropy: Entropy, identity: str) -> KeyState:
    """The committed key takes over after :data:`SETTLE_US`; the one it replaces signs nothing dated later.

    Raises :class:`StaleRevision` where somebody else changed the log meanwhile.
    """
    state = current(book, identity)
    held = book.held(identity)
    upcoming = [key for public, key in held.items() if commitment(public) == state.next]
    if not upcoming:
        raise _not_held(identity)
    seed, after = book.unsealed(identity, upcoming[0]), entropy.bytes(SEED_BYTES)
    public, next = book.scheme.public_key(seed), _commitment(book, after)
    sealed = book.sealed(identity, after)
    since_us = max(book.clock.now_us() + SETTLE_US, state.since)  # last: nobody may sign after it unknowing
    body = making.rotation(state, public, next, since_us)
    kept = [key for one, key in held.items() if key.retired_us is not None and one != state.key]
    kept += [book.retired(held[state.key], since_us)] if state.key in held else []
    kept += [key for one, key in held.items() if commitment(one) in state.recovery]
    return _add(book, state, body, [seed], [*kept, upcoming[0], sealed])


def recover_held(
    book: IdentityBook, entropy: Entropy, identity: str, recovery_seed: bytes, recovery: Sequence[bytes] = ()
) -> KeyState:
    """New keys by a recovery key, in force at once; ``recovery`` are commitments to the next such keys."""
    state = current(book, identity)
    by = book.scheme.public_key(recovery_seed)
    if commitment(by) not in state.recovery:
        raise PermissionDenied(f"this is no recovery key of identity {identity}", identity=identity)
    first, next = entropy.bytes(SEED_BYTES), entropy.bytes(SEED_BYTES)
    public = book.scheme.public_key(first)
    body = making.recovered(state, by, public, _commitment(book, next), book.clock.now_us(), recovery)
    keys = [book.sealed(identity, first), book.sealed(identity, next)]
    return _add(book, state, body, [recovery_seed, first], keys)


def release_held(book: IdentityBook, identity: str, body: bytes, signature: bytes) -> KeyState:
    """Give an identity out of the node's hands: ``body`` is a recovery by the node's spare key, and
    ``signature`` that of the new key, which the node does not have. Its private keys are erased.

    Raises :class:`BadLog` for a body that may not follow, :class:`PermissionDenied` without a spare key.
    """
    state = current(book, identity)
    event = making.signed(body, [book.scheme.sign(_spare(book, state)[1], making.to_sign(body)), signature])
    if read(event, state.sequence + 1, book.checks).kind != RECOVERY:
        raise BadLog(state.sequence + 1, "is no recovery")
    return add_event(book, state, event, [])


def spare_key(book: IdentityBook, identity: str) -> bytes:
    """The public key by which the identity can leave the node; raises :class:`PermissionDenied`."""
    return _spare(book, current(book, identity))[0]


def _spare(book: IdentityBook, state: KeyState) -> tuple[bytes, bytes]:
    for public, key in book.held(state.identity).items():
        if commitment(public) in state.recovery:
            return public, book.unsealed(state.identity, key)
    raise PermissionDenied(
        f"the node holds no spare key of identity {state.identity}, so its keys cannot be moved",
        identity=state.identity,
    )


def delegate_held(
    book: IdentityBook, identity: str, sub: str, scopes: Iterable[str], until_us: int | None, since_us: int
) -> KeyState:
    """Let a sub-identity sign under these scopes from ``since_us`` on."""
    state = current(book, identity)
    body = making.delegation(state, sub, scopes, since_us, until_us)
    return _add(book, state, body, [_seed_in_use(book, state)])


def withdraw_held(book: IdentityBook, identity: str, sub: str) -> KeyState:
    """Let it sign nothing any more."""
    state = current(book, identity)
    body = making.withdrawal(state, sub, book.clock.now_us())
    return _add(book, state, body, [_seed_in_use(book, state)])


def revoke_held(book: IdentityBook, identity: str) -> KeyState:
    """End the identity now; its private keys are erased."""
    state = current(book, identity)
    seed = _seed_in_use(book, state)
    body = making.revocation(state, state.key, book.clock.now_us())
    return _add(book, state, body, [seed], [])


def add_event(
    book: IdentityBook, state: KeyState, event: bytes, keys: Sequence[HeldKey] | None = None
) -> KeyState:
    """Check a signed event against the log and store it; raises :class:`BadLog`, :class:`StaleRevision`."""
    after = extend(state, event, book.checks)
    book.store.append(state.identity, after.sequence, event, revoked_us=after.revoked_since, keys=keys)
    book.refresh()
    return after


def current(book: IdentityBook, identity: str) -> KeyState:
    """The state as it is stored now; raises :class:`WrongState` after the revocation."""
    book.refresh()
    state = book.state(identity)
    if state.revoked_since is not None:
        raise WrongState(f"identity {identity} was revoked; nothing can follow", identity=identity)
    return state


def _add(
    book: IdentityBook,
    state: KeyState,
    body: bytes,
    seeds: Sequence[bytes],
    keys: Sequence[HeldKey] | None = None,
) -> KeyState:
    return add_event(book, state, _signed(book, body, seeds), keys)


def _signed(book: IdentityBook, body: bytes, seeds: Sequence[bytes]) -> bytes:
    return making.signed(body, [book.scheme.sign(seed, making.to_sign(body)) for seed in seeds])


def _commitment(book: IdentityBook, seed: bytes) -> bytes:
    return commitment(book.scheme.public_key(seed))


def _seed_in_use(book: IdentityBook, state: KeyState) -> bytes:
    held = book.held(state.identity).get(state.key)
    if held is None:
        raise _not_held(state.identity)
    return book.unsealed(state.identity, held)


def _not_held(identity: str) -> PermissionDenied:
    return PermissionDenied(
        f"this node does not hold the keys of identity {identity}; its owner must sign", identity=identity
    )
