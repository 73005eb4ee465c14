"""The hash chain of a journal: how entries are sealed when written and checked when read.

An entry's hash is SHA-256 over the hash of the entry before it (nothing for the first) and its own
DAG-CBOR payload.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.base.canonical import decode, digest, encode
from engine.base.errors import CorruptData
from engine.journal.facts import Fact, from_plain, to_plain
from engine.ports.journal_store import Entry


class Sealed(NamedTuple):
    """An entry as it lies in the store; ``hash`` has 32 bytes."""

    sequence: int
    payload: bytes
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


def sealed(after: Link, contents: Sequence[bytes]) -> list[Sealed]:
    """Entries that continue a chain."""
    previous, entries = bytes.fromhex(after.head), []
    for sequence, payload in enumerate(contents, after.sequence + 1):
        previous = digest(previous + payload)
        entries.append(Sealed(sequence, payload, previous))
    return entries


def opened(execution: str, after: Link, rows: Iterable[Sealed], last: int, end: Link) -> list[Entry]:
    """The entries from ``after`` up to the sequence ``last``, checked.

    ``end`` is the end of the whole journal. Raises :class:`CorruptData` naming the first entry that is
    missing or whose bytes do not match its hash.
    """
    previous, entries = bytes.fromhex(after.head), []
    for wanted, (sequence, payload, hash_) in enumerate(rows, after.sequence + 1):
        if sequence != wanted:
            raise _corrupt(execution, wanted, "is missing")
        previous = digest(previous + payload)
        if previous != hash_:
            raise _corrupt(execution, sequence, "does not match its hash")
        entries.append(Entry(sequence, from_plain(decode(payload)), previous.hex(), payload))
    reached = after.sequence + len(entries)
    if reached < last:
        raise _corrupt(execution, reached + 1, "is missing")
    if reached == end.sequence and previous.hex() != end.head:
        raise _corrupt(execution, reached, "does not match the head of its journal")
    return entries


def _corrupt(execution: str, sequence: int, what: str) -> CorruptData:
    message = f"entry {sequence} of execution {execution} {what}; restore it from a replica or a backup"
    return CorruptData(message, execution=execution, sequence=sequence)
