"""The log of a DAO: entries that name the one before by its CID, each signed by the node that wrote it.

An entry is the DAG-CBOR map ``{"form", "dao", "sequence", "prior", "at", "actor", "facts"}``; its CID is the
head of the log after it, and the id of a DAO is the CID of its first entry. What is signed is
``qflow/dao-log/1``, a zero byte, and the entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from engine.api import CorruptData
from engine.api.governing import cid_of_bytes, decode_canonical, encode
from governance.domain.facts import Fact, Founded, fact_of
from governance.domain.state import Dao, apply

FORM = "qflow/dao-log/1"
CONTEXT = FORM.encode() + b"\x00"

_FIELDS = {"form", "dao", "sequence", "prior", "at", "actor", "facts"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What one act brought about. ``dao`` is empty in the first entry, whose CID it becomes."""

    dao: str
    sequence: int
    prior: str
    at_us: int
    actor: str
    facts: tuple[Fact, ...]

    def encoded(self) -> bytes:
        """The canonical bytes."""
        return encode(
            {
                "form": FORM,
                "dao": self.dao,
                "sequence": self.sequence,
                "prior": self.prior,
                "at": self.at_us,
                "actor": self.actor,
                "facts": [fact.plain() for fact in self.facts],
            }
        )


@dataclass(frozen=True, slots=True)
class SignedEntry:
    """An entry's bytes, and the signature by ``key`` (a multikey) of the identity ``signer``."""

    content: bytes
    signer: str
    key: str
    signature: bytes

    @property
    def cid(self) -> str:
        """The head of the log after it."""
        return cid_of_bytes(self.content)

    def to_sign(self) -> bytes:
        """What the signature is over."""
        return CONTEXT + self.content


Seen = Callable[[Dao, Fact, Entry], None]
"""Looks at a fact of an entry before it is taken into the state."""


def next_entry(dao: Dao, facts: Sequence[Fact], at_us: int, actor: str) -> Entry:
    """The entry that would follow."""
    return Entry(dao.id, dao.sequence + 1, dao.head, at_us, actor, tuple(facts))


def read_entry(content: bytes) -> Entry:
    """Read an entry; raises :class:`CorruptData` for bytes that are none in canonical form."""
    try:
        plain = decode_canonical(content)
    except ValueError as error:
        raise CorruptData("an entry of the DAO's log is not in canonical form") from error
    if not isinstance(plain, dict) or set(plain) != _FIELDS or plain["form"] != FORM:
        raise CorruptData("an entry of the DAO's log has other fields than it should")
    facts = tuple(fact_of(one) for one in plain["facts"])
    return Entry(plain["dao"], plain["sequence"], plain["prior"], plain["at"], plain["actor"], facts)


def extend(dao: Dao, content: bytes, seen: Seen | None = None) -> Entry:
    """Take an entry into the state; raises :class:`CorruptData` where it does not follow. ``seen`` is shown
    each fact with the state before it."""
    entry = read_entry(content)
    wanted = (dao.id, dao.sequence + 1, dao.head)
    if (entry.dao, entry.sequence, entry.prior) != wanted:
        raise CorruptData(
            f"entry {entry.sequence} of the DAO's log does not follow entry {dao.sequence}: something was"
            " left out, moved or changed",
            sequence=entry.sequence,
        )
    if entry.at_us < dao.at_us:
        raise CorruptData(f"entry {entry.sequence} of the DAO's log is dated before the one before it")
    if (entry.sequence == 0) != isinstance(entry.facts[0] if entry.facts else None, Founded):
        raise CorruptData("a DAO's log begins with its founding, and has one")
    for fact in entry.facts:
        if seen is not None:
            seen(dao, fact, entry)
        apply(dao, fact, entry.at_us)
    dao.sequence, dao.head, dao.at_us = entry.sequence, cid_of_bytes(content), entry.at_us
    dao.id = dao.id or dao.head
    return entry


def fold(contents: Iterable[bytes]) -> Dao:
    """The state after a whole log; raises :class:`CorruptData`."""
    dao = Dao()
    for content in contents:
        extend(dao, content)
    return dao
