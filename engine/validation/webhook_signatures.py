"""Signatures of webhook calls: who made the call, when, and whether it was made before.

The schemes are the public ones of those who send: GitHub ("Validating webhook deliveries"), Stripe ("Verify
webhook signatures manually"), Slack ("Verifying requests from Slack"), Standard Webhooks 1.0, a generic HMAC
(RFC 2104), and Ed25519 (RFC 8032) over timestamp and body. Several secrets or keys may be in force, so that
they can be changed without losing calls.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.base.errors import CallRefused
from engine.base.limits import WEBHOOK_REPLAY_WINDOW_S
from engine.ports.signer import SignatureChecker

Scheme = Literal["github", "stripe", "slack", "standard", "hmac", "ed25519"]
STANDARD_KEY = "whpk_"
"""What public keys begin with in Standard Webhooks."""

Signs = Literal["body", "timestamp.body", "timestamp:body", "timestampbody", "id.timestamp.body"]


@dataclass(frozen=True, slots=True)
class SignatureRule:
    """How calls must be signed. ``secrets`` and ``public_keys`` are those in force, newest first.

    The fields from ``header`` on are for the schemes ``hmac`` and ``ed25519``; the others fix them.
    """

    scheme: Scheme
    secrets: tuple[bytes, ...] = ()
    public_keys: tuple[bytes, ...] = ()
    tolerance_s: int = 300
    header: str = "x-signature"
    timestamp_header: str = ""
    id_header: str = ""
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    signs: Signs = "body"


@dataclass(frozen=True, slots=True)
class SignedCall:
    """A call as it came in: header names in lower case, the body's bytes untouched."""

    headers: Mapping[str, str]
    body: bytes
    now_us: int


@dataclass(frozen=True, slots=True)
class Proof:
    """A signature that holds. A second call with the same ``nonce`` before ``until_us`` is a replay."""

    nonce: str
    until_us: int


def verify_call(rule: SignatureRule, call: SignedCall, checker: SignatureChecker) -> Proof:
    """The proof that a call is signed as the rule says.

    Raises :class:`CallRefused` whose ``details["reason"]`` is ``missing``, ``malformed``, ``stale`` or
    ``mismatch``. The time is looked at before the signature, so that a stale call is told as such.
    """
    return _SCHEMES[rule.scheme](rule, call, checker)


def _github(rule: SignatureRule, call: SignedCall, checker: SignatureChecker) -> Proof:
    """GitHub signs no time and no id: the signature itself is what must not come twice."""
    given = _signature(_header(call, "x-hub-signature-256"), "sha256=", "hex")
    _one_of(rule, call.body, [given], "sha256")
    return _proof(call, given.hex(), None, rule)


def _stripe(rule: SignatureRule, call: SignedCall, checker: SignatureChecker) -> Proof:
    pairs = [part.strip().partition("=") for part in _header(call, "stripe-signature").split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    given = [_signature(value, "", "hex") for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not given:
        raise _refused("malformed", "stripe-signature must hold one t and at least one v1")
    at_us = _fresh(times[0], call, rule)
    found = _one_of(rule, times[0].encode() + b"." + call.body, given, "sha256")
    return _proof(call, f"{times[0]}.{found.hex()}", at_us, rule)


def _slack(rule: SignatureRule, call: SignedCall, checker: SignatureChecker) -> Proof:
    given = _signature(_header(call, "x-slack-signature"), "v0=", "hex")
    time = _header(call, "x-slack-request-timestamp")
    at_us = _fresh(time, call, rule)
    _one_of(rule, b"v0:" + time.encode() + b":" + call.body, [given], "sha256")
    return _proof(call, f"{time}.{given.hex()}", at_us, rule)


def _standard(rule: SignatureRule, call: SignedCall, checker: SignatureChecker) -> Proof:
    """Standard Webhooks: ``v1`` is an HMAC, ``v1a`` an Ed25519 signature; the id is the nonce."""
    id, time = _header(call, "webhook-id"), _header(call, "webhook-timestamp")
    parts = [part.partition(",") for part in _header(call, "webhook-signature").split(" ")]
    macs = [_signature(value, "", "base64") for name, _, value in parts if name == "v1"]
    signatures = [_signature(value, "", "base64") for name, _, value in parts if name == "v1a"]
    if not macs and not signatures:
        raise _refused("malformed", "webhook-signature must hold a v1 or v1a signature")
    at_us = _fresh(time, call, rule)
    content = f"{id}.{time}.".encode() + call.body
    if not (rule.public_keys and _signed_by_one(rule, content, signatures, checker)):
        _one_of(rule, content, macs, "sha256")
    return _proof(call, id, at_us, rule)


def _hmac(rule: SignatureRule, call: SignedCall, checker: SignatureChecker) -> Proof:
    given = _signature(_header(call, rule.header), rule.prefix, rule.encoding)
    at_us = _fresh(_header(call, rule.timestamp_header), call, rule) if rule.timestamp_header else None
    _one_of(rule, _content(rule, call), [given], rule.algorithm)
    return _proof(call, _nonce(rule, call, given), at_us, rule)


def _ed25519(rule: SignatureRule, call: SignedCall, checker: SignatureChecker) -> Proof:
    given = _signature(_header(call, rule.header), rule.prefix, rule.encoding)
    at_us = _fresh(_header(call, rule.timestamp_header), call, rule) if rule.timestamp_header else None
    if not _signed_by_one(rule, _content(rule, call), [given], checker):
        raise _mismatch()
    return _proof(call, _nonce(rule, call, given), at_us, rule)


_SCHEMES: dict[str, Callable[[SignatureRule, SignedCall, SignatureChecker], Proof]] = {
    "github": _github,
    "stripe": _stripe,
    "slack": _slack,
    "standard": _standard,
    "hmac": _hmac,
    "ed25519": _ed25519,
}


def key_bytes(text: str) -> bytes:
    """The 32 bytes of an Ed25519 public key in hex or base64; raises :class:`ValueError`."""
    bare = text.strip().removeprefix(STANDARD_KEY)
    try:
        key = bytes.fromhex(bare) if len(bare) == 64 else base64.b64decode(bare, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != 32:
        raise ValueError("an Ed25519 public key has 32 bytes; write it in hex or base64")
    return key


# --- parts ------------------------------------------------------------------------------------------


def _header(call: SignedCall, name: str) -> str:
    value = call.headers.get(name.lower(), "").strip()
    if not value:
        raise _refused("missing", f"the header {name} is missing; is the sender set up to sign its calls?")
    return value


def _signature(text: str, prefix: str, encoding: str) -> bytes:
    if not text.startswith(prefix):
        raise _refused("malformed", f"the signature must begin with {prefix!r}")
    try:
        bare = text.removeprefix(prefix)
        return bytes.fromhex(bare) if encoding == "hex" else base64.b64decode(bare, validate=True)
    except (ValueError, binascii.Error) as error:
        raise _refused("malformed", f"the signature is not {encoding}") from error


def _fresh(text: str, call: SignedCall, rule: SignatureRule) -> int:
    """The time of the call in microseconds; seconds or, with 13 digits, milliseconds since 1970."""
    if not (text.isascii() and text.isdigit() and len(text) <= 13):
        raise _refused("malformed", "the timestamp must be seconds or milliseconds since 1970")
    at_us = int(text) * (1_000 if len(text) == 13 else 1_000_000)
    apart_s = abs(call.now_us - at_us) // 1_000_000
    if apart_s > rule.tolerance_s:
        message = f"the call's time is {apart_s} s off; at most {rule.tolerance_s} s are allowed"
        raise _refused("stale", message)
    return at_us


def _content(rule: SignatureRule, call: SignedCall) -> bytes:
    """What is signed, for the schemes that let the sender choose."""
    if rule.signs == "body":
        return call.body
    time = _header(call, rule.timestamp_header).encode()
    if rule.signs == "id.timestamp.body":
        return _header(call, rule.id_header).encode() + b"." + time + b"." + call.body
    glue = {"timestamp.body": b".", "timestamp:body": b":", "timestampbody": b""}[rule.signs]
    return time + glue + call.body


def _nonce(rule: SignatureRule, call: SignedCall, given: bytes) -> str:
    """The sender's id where it is signed, else the signature."""
    return _header(call, rule.id_header) if rule.signs == "id.timestamp.body" else given.hex()


def _one_of(rule: SignatureRule, content: bytes, given: Sequence[bytes], algorithm: str) -> bytes:
    """The signature that one of the secrets makes; every pair is compared, in constant time."""
    found = b""
    for secret in rule.secrets:
        wanted = hmac.new(secret, content, algorithm).digest()
        for signature in given:
            found = signature if hmac.compare_digest(wanted, signature) else found
    if not found:
        raise _mismatch()
    return found


def _signed_by_one(
    rule: SignatureRule, content: bytes, given: Sequence[bytes], checker: SignatureChecker
) -> bool:
    return any(checker.verify(key, content, signature) for key in rule.public_keys for signature in given)


def _proof(call: SignedCall, nonce: str, at_us: int | None, rule: SignatureRule) -> Proof:
    if at_us is None:
        until_us = call.now_us + WEBHOOK_REPLAY_WINDOW_S * 1_000_000
    else:  # from then on the call is stale
        until_us = at_us + (rule.tolerance_s + 1) * 1_000_000
    return Proof(hashlib.sha256(nonce.encode()).hexdigest(), until_us)


def _mismatch() -> CallRefused:
    return _refused("mismatch", "the signature is not that of any key in force over this body")


def _refused(reason: str, message: str) -> CallRefused:
    return CallRefused(message, reason=reason)
