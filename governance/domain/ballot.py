"""Ballots: what a member signs, and whether it is well formed.

The statement is the DAG-CBOR list::

    ["qflow/ballot/1", DAO, PROPOSAL, VOTER, [[OPTION, NUMBER], ...], WEIGHT, NONCE, EXPIRES_US]

and what is signed is ``qflow/ballot/1``, a zero byte, and the statement. It holds texts, whole numbers and
lists only, which have one encoding in DAG-CBOR (shortest lengths, no maps to order), so that a page builds
the same bytes in a few lines. ``PROPOSAL`` is the CID of the proposal's content: who changes a byte of it
asks for another vote.

``NUMBER`` is 1 for an answer or an approval, the rank from 1 on, or the votes of a quadratic ballot. A secret
ballot has the one option ``sealed:HASH``: the SHA-256, in hexadecimal digits, of a salt and the DAG-CBOR of
the choice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.api import InvalidInput
from engine.api.governing import encode
from governance.domain.limits import (
    BALLOT_LIFETIME_US_MAX,
    NONCE_CHARACTERS_MAX,
    NONCE_CHARACTERS_MIN,
)
from governance.domain.words import Method

FORM = "qflow/ballot/1"
CONTEXT = FORM.encode() + b"\x00"
"""What stands before the statement when it is signed, so that no other signature passes for a vote."""

SEALED = "sealed:"
SALT_BYTES = 16

_NONCE = re.compile(rf"[A-Za-z0-9_-]{{{NONCE_CHARACTERS_MIN},{NONCE_CHARACTERS_MAX}}}")
_SEAL = re.compile(r"sealed:[0-9a-f]{64}")

Choice = tuple[tuple[str, int], ...]
"""Options with their numbers."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a member says about one proposal."""

    dao: str
    proposal: str
    voter: str
    choice: Choice
    weight: int
    nonce: str
    expires_us: int

    def statement(self) -> bytes:
        """The canonical bytes."""
        choice = [[option, number] for option, number in self.choice]
        fields = [self.dao, self.proposal, self.voter, choice, self.weight, self.nonce, self.expires_us]
        return encode([FORM, *fields])

    def to_sign(self) -> bytes:
        """What the voter's key signs."""
        return CONTEXT + self.statement()


@dataclass(frozen=True, slots=True)
class SignedBallot:
    """A ballot with its signature: by ``key`` (a multikey) of the identity ``signer``, which is the voter or
    a sub-identity of it."""

    ballot: Ballot
    signer: str
    key: str
    signature: bytes

    def plain(self) -> dict[str, Any]:
        """As facts carry it."""
        ballot = self.ballot
        return {
            "voter": ballot.voter,
            "choice": [list(pair) for pair in ballot.choice],
            "weight": ballot.weight,
            "nonce": ballot.nonce,
            "expires": ballot.expires_us,
            "signer": self.signer,
            "key": self.key,
            "signature": self.signature,
        }

    @classmethod
    def of(cls, dao: str, proposal: str, plain: Mapping[str, Any]) -> SignedBallot:
        """Read what :meth:`plain` wrote."""
        choice = choice_of(plain["choice"])
        ballot = Ballot(
            dao, proposal, plain["voter"], choice, plain["weight"], plain["nonce"], plain["expires"]
        )
        return cls(ballot, plain["signer"], plain["key"], plain["signature"])


def choice_of(pairs: Sequence[Sequence[Any]]) -> Choice:
    """Read a choice; raises :class:`InvalidInput` for what is no list of options with whole numbers."""
    read = []
    for pair in pairs:
        if len(pair) != 2 or not isinstance(pair[0], str) or type(pair[1]) is not int:
            raise InvalidInput('a choice is a list of ["OPTION", NUMBER]')
        read.append((pair[0], pair[1]))
    return tuple(read)


def seal(choice: Choice, salt: bytes) -> Choice:
    """The choice as a secret ballot holds it; ``salt`` has 16 bytes and is kept until votes are opened."""
    content = encode([[option, number] for option, number in choice])
    return ((SEALED + hashlib.sha256(salt + content).hexdigest(), 1),)


def check_form(ballot: Ballot, now_us: int) -> None:
    """Nonce and expiry; raises :class:`InvalidInput`."""
    if not _NONCE.fullmatch(ballot.nonce):
        raise InvalidInput(
            f"a nonce has {NONCE_CHARACTERS_MIN} to {NONCE_CHARACTERS_MAX} letters, digits, - or _"
        )
    if ballot.expires_us <= now_us:
        raise InvalidInput("this ballot has expired; sign a new one", expired=True)
    if ballot.expires_us > now_us + BALLOT_LIFETIME_US_MAX:
        raise InvalidInput("a ballot expires within 90 days")


def check_choice(choice: Choice, method: Method, options: Collection[str], credits: int) -> None:
    """Whether a choice is one that the method counts; raises :class:`InvalidInput`."""
    named = [option for option, _ in choice]
    numbers = [number for _, number in choice]
    unknown = sorted(set(named) - set(options))
    if unknown:
        raise InvalidInput(f"there is no option {unknown[0][:100]!r}; there are: {', '.join(options)}")
    if len(set(named)) != len(named) or not named:
        raise InvalidInput("a ballot names at least one option, and each once")
    problem = _PROBLEMS[method](numbers, credits)
    if problem:
        raise InvalidInput(problem)


def check_seal(choice: Choice) -> None:
    """Whether this is the choice of a secret ballot; raises :class:`InvalidInput`."""
    if len(choice) != 1 or not _SEAL.fullmatch(choice[0][0]) or choice[0][1] != 1:
        raise InvalidInput("votes are secret here: send the sealed choice, and open it after the vote")


def _answer(numbers: Sequence[int], credits: int) -> str:
    return "" if list(numbers) == [1] else "answer with one option, whose number is 1"


def _approval(numbers: Sequence[int], credits: int) -> str:
    return "" if set(numbers) == {1} else "the number of each approved option is 1"


def _ranked(numbers: Sequence[int], credits: int) -> str:
    wanted = list(range(1, len(numbers) + 1))
    return "" if list(numbers) == wanted else "write options in the order of their ranks, numbered from 1 on"


def _quadratic(numbers: Sequence[int], credits: int) -> str:
    if min(numbers) < 1:
        return "votes for an option are 1 or more; leave others out"
    cost = sum(number * number for number in numbers)
    return "" if cost <= credits else f"this costs {cost} credits, of {credits}: n votes cost n times n"


_PROBLEMS = {
    Method.SINGLE: _answer,
    Method.WEIGHTED: _answer,
    Method.APPROVAL: _approval,
    Method.RANKED: _ranked,
    Method.QUADRATIC: _quadratic,
}
