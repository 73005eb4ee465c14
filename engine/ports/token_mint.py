"""The socket for bearer tokens: made, read and narrowed without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says of itself."""

    token: str  # its id
    identity: str  # whom it stands for
    subnet: str
    scopes: tuple[str, ...]
    expires_us: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a token allows now: ``scopes``, of those it was asked for; the answer is the same until
    ``until_us`` (None: for ever)."""

    claims: Claims
    scopes: frozenset[str]
    until_us: int | None


class TokenMint(Protocol):
    """Makes and reads tokens."""

    def mint(self, seed: bytes, claims: Claims) -> str:
        """A token, signed by the key of a seed."""

    def read(self, text: str, publics: Sequence[bytes], asked: Sequence[str], now_us: int) -> Reading | None:
        """What a token that one of these keys signed allows; None for anything that is no such token."""

    def narrowed(
        self, text: str, publics: Sequence[bytes], scopes: Sequence[str] | None, expires_us: int | None
    ) -> str:
        """The token with less: only these scopes (None: as before), and only before a time. Raises
        :class:`InvalidInput` for what is no token of these keys."""
