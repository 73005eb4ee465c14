"""The bytes that are signed: DAG-CBOR lists that begin with what they are, so that no signature under one
can be shown as a signature under another. Times are microseconds since 1970; hashes have 32 bytes."""

from __future__ import annotations

from engine.audit.verifier.cbor import encode


def head_statement(execution: str, sequence: int, hash: bytes, at_us: int) -> bytes:
    """A node says that an execution's journal up to this entry is this one, and when it wrote it."""
    return encode(["qflow/head/1", execution, sequence, hash, at_us])


def tree_statement(size: int, root: bytes, at_us: int) -> bytes:
    """A node says that its log of heads has so many leaves and this root."""
    return encode(["qflow/tree/1", size, root, at_us])


def bundle_statement(digest: bytes, at_us: int) -> bytes:
    """A node says that it exported this bundle: SHA-256 over its canonical form without the seal."""
    return encode(["qflow/bundle/2", digest, at_us])
