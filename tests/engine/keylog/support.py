"""An identity whose keys lie open, for tests of its log."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from engine.base.canonical import decode, encode
from engine.keylog import making
from engine.keylog.form import commitment
from engine.keylog.rules import KeyState, begin, check_log, extend
from engine.testing.signatures import FakeScheme

SCHEME = FakeScheme()
CHECKS = making.checks_with(SCHEME)


def seed(name: str, number: int = 0) -> bytes:
    """The seed of a named key."""
    return sha256(f"{name} {number}".encode()).digest()


def public(name: str, number: int = 0) -> bytes:
    """The public key of a named key."""
    return SCHEME.public_key(seed(name, number))


class Holder:
    """Someone who writes a log: keys ``name 0``, ``name 1``, ... follow each other."""

    def __init__(
        self, name: str = "alice", since: int = 100, *, subject: str = "person", delegator: str = ""
    ) -> None:
        self.name, self.number = name, 0
        body = making.inception(
            subject,
            public(name),
            commitment(public(name, 1)),
            since,
            recovery=[commitment(public(f"{name} recovery"))],
            delegator=delegator,
        )
        self.events = [signed(body, seed(name))]
        self.state: KeyState = begin(self.events[0], CHECKS)

    @property
    def id(self) -> str:
        return self.state.identity

    @property
    def seed(self) -> bytes:
        """The seed of the key in use."""
        return seed(self.name, self.number)

    def add(self, event: bytes) -> None:
        """One more event."""
        self.state = extend(self.state, event, CHECKS)
        self.events.append(event)

    def rotate(self, since: int) -> None:
        """On to the next key."""
        number = self.number + 1
        next = commitment(public(self.name, number + 1))
        body = making.rotation(self.state, public(self.name, number), next, since)
        self.add(signed(body, seed(self.name, number)))
        self.number = number

    def recover(self, since: int) -> None:
        """Bring in new keys by the recovery key."""
        by, number = f"{self.name} recovery", self.number + 100
        new = (public(self.name, number), commitment(public(self.name, number + 1)))
        body = making.recovered(self.state, public(by), *new, since)
        self.add(signed(body, seed(by), seed(self.name, number)))
        self.number = number

    def revoke(self, since: int) -> None:
        """End the identity."""
        self.add(signed(making.revocation(self.state, public(self.name, self.number), since), self.seed))

    def delegate(self, sub: str, scopes: Sequence[str], since: int, until: int | None = None) -> None:
        """Let a sub-identity sign."""
        self.add(signed(making.delegation(self.state, sub, scopes, since, until), self.seed))

    def withdraw(self, sub: str, since: int) -> None:
        """Let it sign no more."""
        self.add(signed(making.withdrawal(self.state, sub, since), self.seed))

    def check(self) -> KeyState:
        """What a stranger reads in the log."""
        return check_log(self.events, CHECKS)


def signed(body: bytes, *seeds: bytes) -> bytes:
    """An event signed by the keys of the seeds."""
    return making.signed(body, [SCHEME.sign(one, making.to_sign(body)) for one in seeds])


def altered(event: bytes, seeds: Sequence[bytes], **changes: Any) -> bytes:
    """The event with other fields, signed anew."""
    body = decode(decode(event)["body"])
    return signed(encode(body | changes), *seeds)
