"""The hash chain of a journal: how entries are sealed when written and checked when read.

The rules are :mod:`engine.audit.verifier.chain`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.audit.verifier.chain import digest_of, link, salt_of
from engine.base.canonical import decode, encode
from engine.base.errors import ContentErased, CorruptData
from engine.journal.facts import Fact, from_plain, to_plain
from engine.ports.journal_store import Entry


class Sealed(NamedTuple):
    """An entry as it lies in the store; ``digest`` and ``hash`` have 32 bytes."""

    sequence: int
    payload: bytes
    digest: bytes
    hash: bytes


class Link(NamedTuple):
    """A place in a chain: after the entry ``sequence``, whose hash is ``head`` (hex)."""

    sequence: int
    head: str


START = Link(0, "")
"""Before the first entry."""


def payloads(facts: Sequence[Fact]) -> list[bytes]:
    """The facts' canonical bytes."""
    return [encode(to_plain(fact)) for fact in facts]


def sealed(after: Link, salt_key: bytes | None, contents: Sequence[bytes], execution: str) -> list[Sealed]:
    """Entries that continue a chain. Raises :class:`ContentErased` where its salt key is no more."""
    key = _key(salt_key, execution) if contents else b""
    previous, entries = bytes.fromhex(after.head), []
    for sequence, payload in enumerate(contents, after.sequence + 1):
        digest = digest_of(salt_of(key, sequence), payload)
        previous = link(previous, digest)
        entries.append(Sealed(sequence, payload, digest, previous))
    return entries


def opened(
    execution: str, after: Link, salt_key: bytes | None, rows: Iterable[Sealed], last: int, end: Link
) -> list[Entry]:
    """The entries from ``after`` up to the sequence ``last``, checked.

    ``end`` is the end of the whole journal. Raises :class:`CorruptData` naming the first entry that is
    missing or whose bytes do not match its hash, and :class:`ContentErased`.
    """
    key = _key(salt_key, execution)
    previous, entries = bytes.fromhex(after.head), []
    for wanted, (sequence, payload, digest, hash_) in enumerate(rows, after.sequence + 1):
        if sequence != wanted:
            raise _corrupt(execution, wanted, "is missing")
        previous, salt = link(previous, digest), salt_of(key, sequence)
        if previous != hash_ or digest_of(salt, payload) != digest:
            raise _corrupt(execution, sequence, "does not match its hash")
        entries.append(Entry(sequence, from_plain(decode(payload)), previous.hex(), payload, salt))
    reached = after.sequence + len(entries)
    if reached < last:
        raise _corrupt(execution, reached + 1, "is missing")
    if reached == end.sequence and previous.hex() != end.head:
        raise _corrupt(execution, reached, "does not match the head of its journal")
    return entries


def _key(salt_key: bytes | None, execution: str) -> bytes:
    if salt_key is None:
        raise ContentErased(f"the contents of execution {execution} were erased", execution=execution)
    return salt_key


def _corrupt(execution: str, sequence: int, what: str) -> CorruptData:
    message = f"entry {sequence} of execution {execution} {what}; restore it from a replica or a backup"
    return CorruptData(message, execution=execution, sequence=sequence)
