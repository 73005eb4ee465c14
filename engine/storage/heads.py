"""Signed heads of journals as rows, and what proves a journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.audit.verifier.chain import salt_of
from engine.audit.verifier.statements import head_statement
from engine.ports.cipher import Cipher
from engine.ports.journal_store import Header
from engine.ports.proofs import SignedHead, Trail, TrailEntry
from engine.ports.signer import Signing
from engine.storage.chain import Link, Sealed
from engine.storage.database import Database, Row
from engine.storage.vault import Vault

_HEAD = (
    "INSERT INTO engine_signed_head"
    " (execution, sequence, subnet, hash, at_us, identity, key, signature)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
_ANCHOR = "SELECT base_sequence, base_head, subnet, data_key, salt_key FROM engine_execution WHERE id = %s"
_ENTRIES = (
    "SELECT sequence, payload, digest, hash FROM engine_journal_entry WHERE execution = %s ORDER BY sequence"
)
_HEADS = (
    "SELECT sequence, hash, at_us, identity, key, signature FROM engine_signed_head"
    " WHERE execution = %s ORDER BY sequence"
)


def signed(signing: Signing, header: Header, last: Sealed) -> SignedHead:
    """The node's signature over a journal that ends with this entry now."""
    at_us = header.updated_us
    signer = signing(at_us)
    statement = head_statement(header.id, last.sequence, last.hash, at_us)
    return SignedHead(last.sequence, last.hash, at_us, signer.identity, signer.key, signer.sign(statement))


def write_head(cursor: Any, header: Header, head: SignedHead) -> None:
    """Store a signed head within the transaction of its commit."""
    rest = (head.hash, head.at_us, head.identity, head.key, head.signature)
    cursor.execute(_HEAD, [header.id, head.sequence, header.subnet, *rest])


def head_of(row: Row) -> SignedHead:
    """A signed head from its columns."""
    sequence, hash_, at_us, identity, key, signature = row
    return SignedHead(sequence, bytes(hash_), at_us, identity, key, bytes(signature))


def read_trail(db: Database, cipher: Cipher, execution: str) -> Trail | None:
    """What proves a journal; None where there is no such execution. Read again where the journal was
    truncated meanwhile."""
    anchor = db.row(_ANCHOR, [execution])
    while anchor is not None:
        rows = db.rows(_ENTRIES, [execution])
        heads = [head_of(row) for row in db.rows(_HEADS, [execution])]
        before, anchor = anchor, db.row(_ANCHOR, [execution])
        if anchor == before:
            found = [Sealed(sequence, *map(bytes, blobs)) for sequence, *blobs in rows]
            salt_key, found = _opened(cipher, execution, anchor, found)
            return trail_of(Link(anchor[0], anchor[1]), salt_key, found, heads)
    return None


def _opened(
    cipher: Cipher, execution: str, anchor: Row, entries: list[Sealed]
) -> tuple[bytes | None, list[Sealed]]:
    """Salt key and entries with their contents, which are left as they are where they were erased."""
    _, _, subnet, wrapped, salt_key = anchor
    if wrapped is None or salt_key is None:
        return None, entries
    vault = Vault.opened(cipher, subnet, execution, bytes(wrapped))
    contents = [entry._replace(payload=vault.open_entry(entry.sequence, entry.payload)) for entry in entries]
    return vault.open("salt key", bytes(salt_key)), contents


def trail_of(
    base: Link, salt_key: bytes | None, entries: Sequence[Sealed], heads: Sequence[SignedHead]
) -> Trail:
    """What proves a journal of these entries."""
    last = entries[-1].sequence if entries else base.sequence
    kept = [head for head in heads if base.sequence < head.sequence <= last]
    return Trail(base.sequence, bytes.fromhex(base.head), [_entry(salt_key, e) for e in entries], kept)


def _entry(salt_key: bytes | None, entry: Sealed) -> TrailEntry:
    if salt_key is None:
        return TrailEntry(entry.sequence, entry.digest, entry.hash, None, None)
    salt = salt_of(salt_key, entry.sequence)
    return TrailEntry(entry.sequence, entry.digest, entry.hash, salt, entry.payload)
