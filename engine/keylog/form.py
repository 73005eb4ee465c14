"""The form of key events: strict, so that one event has one encoding.

A signed event is the DAG-CBOR map ``{"body": bytes, "signatures": [bytes, ...]}``. The body is a DAG-CBOR
map with exactly the fields of its kind (:data:`FIELDS`); each signature is Ed25519 over :data:`CONTEXT`
followed by the body. Times are microseconds since 1970. Keys have 32 bytes; a commitment to a key is
its SHA-256.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

FORM = "qflow/key-event/1"
CONTEXT = FORM.encode() + b"\x00"
"""What stands before the body when it is signed, so that no other signature passes for an event's."""

INCEPTION, ROTATION, RECOVERY, REVOCATION, DELEGATION, WITHDRAWAL = (
    "inception", "rotation", "recovery", "revocation", "delegation", "withdrawal",
)  # fmt: skip

_COMMON = {"form", "kind", "identity", "sequence", "prior", "from"}
FIELDS: Mapping[str, frozenset[str]] = {
    INCEPTION: frozenset(_COMMON | {"subject", "delegator", "key", "next", "recovery"}),
    ROTATION: frozenset(_COMMON | {"key", "next"}),
    RECOVERY: frozenset(_COMMON | {"by", "key", "next", "recovery"}),
    REVOCATION: frozenset(_COMMON | {"by"}),
    DELEGATION: frozenset(_COMMON | {"sub", "scopes", "until"}),
    WITHDRAWAL: frozenset(_COMMON | {"sub"}),
}

SUBJECTS = ("person", "service", "node", "role")
"""Who an identity can be; a role is a part that another identity plays, such as a node's signer of steps."""

EVENT_BYTES_MAX = 16 * 1024
EVENTS_MAX = 10_000
RECOVERY_KEYS_MAX = 8
SCOPES_MAX = 64
SCOPE_CHARACTERS_MAX = 64
TIME_MAX = 2**53

KEY_BYTES, DIGEST_BYTES, SIGNATURE_BYTES = 32, 32, 64
_CID_LENGTH = 59


class BadLog(ValueError):
    """A key event breaks a rule; ``sequence`` says which event, counted from 0."""

    def __init__(self, sequence: int, reason: str) -> None:
        super().__init__(f"key event {sequence}: {reason}")
        self.sequence, self.reason = sequence, reason


@dataclass(frozen=True, slots=True)
class Checks:
    """What checking takes: ``decode`` of DAG-CBOR, which raises ValueError for bytes that are not in
    canonical form, and ``verify(public key, data, signature)``."""

    decode: Callable[[bytes], Any]
    verify: Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class Event:
    """A signed event, read but not yet judged."""

    cid: str
    body: Mapping[str, Any]
    content: bytes  # the body's bytes
    signatures: tuple[bytes, ...]

    @property
    def kind(self) -> str:
        """One of the kinds above."""
        return str(self.body["kind"])

    @property
    def since(self) -> int:
        """When it takes force."""
        return int(self.body["from"])


def cid_of(data: bytes) -> str:
    """CIDv1 of DAG-CBOR bytes: sha2-256, base32."""
    raw = b"\x01\x71\x12\x20" + hashlib.sha256(data).digest()
    return "b" + b32encode(raw).decode("ascii").lower().rstrip("=")


def commitment(key: bytes) -> bytes:
    """The SHA-256 of a public key, which commits to it and does not show it."""
    return hashlib.sha256(key).digest()


def read(data: bytes, sequence: int, checks: Checks) -> Event:
    """Read a signed event that should stand at this place; raises :class:`BadLog`."""
    if len(data) > EVENT_BYTES_MAX:
        raise BadLog(sequence, f"has more than {EVENT_BYTES_MAX} bytes")
    envelope = _map(data, sequence, checks)
    if set(envelope) != {"body", "signatures"} or not isinstance(envelope["body"], bytes):
        raise BadLog(sequence, "is no signed event")
    content, signatures = envelope["body"], envelope["signatures"]
    body = _map(content, sequence, checks)
    if not isinstance(signatures, list) or not all(_bytes(one, SIGNATURE_BYTES) for one in signatures):
        raise BadLog(sequence, f"has signatures that are not {SIGNATURE_BYTES} bytes")
    problem = _problem(body)
    if problem:
        raise BadLog(sequence, problem)
    return Event(cid_of(data), body, content, tuple(signatures))


def _map(data: bytes, sequence: int, checks: Checks) -> dict[str, Any]:
    try:
        value = checks.decode(data)
    except (ValueError, RecursionError) as error:
        raise BadLog(sequence, "is not DAG-CBOR in canonical form") from error
    if not isinstance(value, dict):
        raise BadLog(sequence, "is no map")
    return value


def _problem(body: Mapping[str, Any]) -> str:
    """What is wrong with the fields of a body, or nothing."""
    kind = body.get("kind")
    fields = FIELDS.get(kind) if isinstance(kind, str) else None
    if body.get("form") != FORM or fields is None:
        return f"is not of the form {FORM}, or of an unknown kind"
    if set(body) != fields:
        return f"has other fields than a {kind} has"
    wrong = sorted(name for name in fields - {"form", "kind"} if not _READS[name](body[name]))
    return f"has a wrong value in {', '.join(wrong)}" if wrong else ""


def _bytes(value: Any, length: int) -> bool:
    return isinstance(value, bytes) and len(value) == length


def _key(value: Any) -> bool:
    return _bytes(value, KEY_BYTES)


def _digest_or_none(value: Any) -> bool:
    return value is None or _bytes(value, DIGEST_BYTES)


def _digests(value: Any) -> bool:
    if not isinstance(value, list) or len(value) > RECOVERY_KEYS_MAX:
        return False
    return all(_bytes(one, DIGEST_BYTES) for one in value) and value == sorted(set(value))


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= TIME_MAX


def _cid(value: Any) -> bool:
    return isinstance(value, str) and len(value) == _CID_LENGTH and value.startswith("bafyrei")


def _cid_or_empty(value: Any) -> bool:
    return value == "" or _cid(value)


def _scopes(value: Any) -> bool:
    if not isinstance(value, list) or len(value) > SCOPES_MAX:
        return False
    texts = all(isinstance(one, str) and 0 < len(one) <= SCOPE_CHARACTERS_MAX for one in value)
    return texts and value == sorted(set(value))


_READS: Mapping[str, Callable[[Any], bool]] = {
    "identity": _cid_or_empty,
    "sequence": _whole,
    "prior": _cid_or_empty,
    "from": _whole,
    "subject": lambda value: isinstance(value, str) and value in SUBJECTS,
    "delegator": _cid_or_empty,
    "key": _key,
    "next": _digest_or_none,
    "recovery": _digests,
    "by": _key,
    "sub": _cid,
    "scopes": _scopes,
    "until": lambda value: value is None or _whole(value),
}
