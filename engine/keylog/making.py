"""Makes key events: their bodies, to be signed by whoever holds the keys, and the signed form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.base.canonical import decode_canonical, encode
from engine.keylog.form import (
    CONTEXT,
    DELEGATION,
    FORM,
    INCEPTION,
    RECOVERY,
    REVOCATION,
    ROTATION,
    WITHDRAWAL,
    Checks,
)
from engine.keylog.rules import KeyState
from engine.ports.signer import SignatureChecker


def inception(
    subject: str,
    key: bytes,
    next: bytes | None,
    since: int,
    *,
    recovery: Iterable[bytes] = (),
    delegator: str = "",
) -> bytes:
    """The first event; ``next`` and ``recovery`` are commitments. To be signed by ``key``."""
    fields = {"subject": subject, "delegator": delegator, "key": key, "next": next}
    return _body(None, INCEPTION, since, **fields, recovery=sorted(set(recovery)))


def rotation(state: KeyState, key: bytes, next: bytes | None, since: int) -> bytes:
    """The committed key takes over. To be signed by it."""
    return _body(state, ROTATION, since, key=key, next=next)


def recovered(
    state: KeyState, by: bytes, key: bytes, next: bytes | None, since: int, recovery: Iterable[bytes] = ()
) -> bytes:
    """The recovery key ``by`` brings in new keys. To be signed by it, then by the new key."""
    return _body(state, RECOVERY, since, by=by, key=key, next=next, recovery=sorted(set(recovery)))


def revocation(state: KeyState, by: bytes, since: int) -> bytes:
    """The end of the identity. To be signed by ``by``: its key, next key or a recovery key."""
    return _body(state, REVOCATION, since, by=by)


def delegation(state: KeyState, sub: str, scopes: Iterable[str], since: int, until: int | None) -> bytes:
    """A sub-identity may sign under these scopes; takes the place of what it was given before. To be signed
    by the identity's key."""
    return _body(state, DELEGATION, since, sub=sub, scopes=sorted(set(scopes)), until=until)


def withdrawal(state: KeyState, sub: str, since: int) -> bytes:
    """A sub-identity may nothing any more. To be signed by the identity's key."""
    return _body(state, WITHDRAWAL, since, sub=sub)


def _body(state: KeyState | None, kind: str, since: int, **fields: Any) -> bytes:
    place = {
        "identity": state.identity if state else "",
        "sequence": state.sequence + 1 if state else 0,
        "prior": state.head if state else "",
        "from": max(since, state.since) if state else since,
    }
    return encode({"form": FORM, "kind": kind, **place, **fields})


def to_sign(body: bytes) -> bytes:
    """The bytes that a key signs to make an event of a body."""
    return CONTEXT + body


def signed(body: bytes, signatures: Sequence[bytes]) -> bytes:
    """The event, as logs hold it."""
    return encode({"body": body, "signatures": list(signatures)})


def checks_with(checker: SignatureChecker) -> Checks:
    """What checking takes, with this node's codec."""
    return Checks(decode_canonical, checker.verify)
