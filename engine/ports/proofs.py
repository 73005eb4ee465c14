"""What proves a journal: its chain without the contents, and the heads of it that the node signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A node's signature over the journal up to one entry; it covers all entries before it.

    What is signed is :func:`engine.audit.verifier.statements.head_statement`.
    """

    sequence: int
    hash: bytes
    at_us: int
    identity: str
    key: str  # multikey
    signature: bytes


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """An entry as the chain knows it; salt and payload are None once they were erased."""

    sequence: int
    digest: bytes
    hash: bytes
    salt: bytes | None
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class Trail:
    """A journal as it is stored, not checked. ``base``: what was dropped by truncation ends there."""

    base_sequence: int
    base_hash: bytes
    entries: Sequence[TrailEntry]
    heads: Sequence[SignedHead]
