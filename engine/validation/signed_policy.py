"""Policies that validators signed: their form, and when one may follow another.

The rules are those of TUF's root role (The Update Framework Specification 1.0.33, sections 5.3 and 6.1),
for one document: enough of the keys that the version before named must have signed, and enough of its own;
versions step by exactly one; each names the version before it by its CID and ends at a time. A key counts
once, whatever it signed how often.

A signed policy is the DAG-CBOR map ``{"body": bytes, "signatures": {KEY: bytes}}`` with the keys as
multikeys. The body is a DAG-CBOR map with exactly the fields of :data:`FIELDS`. What is signed is
``qflow/policy/1``, a zero byte, and the body. Times are microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.base.canonical import cid_of_bytes, decode_canonical, encode
from engine.base.errors import InvalidInput, NotGenuine
from engine.base.limits import POLICY_KEYS_MAX, POLICY_LIFETIME_US_MAX, SIGNED_POLICY_BYTES_MAX
from engine.base.multikey import public_key_of
from engine.ports.signer import SignatureChecker

FORM = "qflow/policy/1"
CONTEXT = FORM.encode() + b"\x00"
SKEW_US = 300 * 1_000_000
"""How far ahead the clock of whoever issued it may be."""

FIELDS = frozenset(
    {"form", "subnet", "dao", "version", "prior", "issued", "expires", "keys", "threshold", "document", "log"}
)


@dataclass(frozen=True, slots=True)
class SignedPolicy:
    """One version of a governed subnet's policy.

    ``keys``: who may sign, an identity by multikey, and ``threshold`` how many of them must. ``log`` is the
    head of the DAO's log that brought it about.
    """

    subnet: str
    dao: str
    version: int
    prior: str  # CID of the body before; empty in the first
    issued_us: int
    expires_us: int
    keys: Mapping[str, str]
    threshold: int
    document: Mapping[str, Any]
    log: str
    body: bytes
    signatures: Mapping[str, bytes]

    @property
    def cid(self) -> str:
        """CID of the body."""
        return cid_of_bytes(self.body)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version shall say."""

    subnet: str
    dao: str
    issued_us: int
    expires_us: int
    keys: Mapping[str, str]
    threshold: int
    document: Mapping[str, Any]
    log: str


def body_of(draft: Draft, before: SignedPolicy | None) -> bytes:
    """The body of the version that follows, for validators to sign (:func:`to_sign`)."""
    return encode(
        {
            "form": FORM,
            "subnet": draft.subnet,
            "dao": draft.dao,
            "version": before.version + 1 if before else 1,
            "prior": before.cid if before else "",
            "issued": draft.issued_us,
            "expires": draft.expires_us,
            "keys": dict(draft.keys),
            "threshold": draft.threshold,
            "document": dict(draft.document),
            "log": draft.log,
        }
    )


def to_sign(body: bytes) -> bytes:
    """The bytes that a validator's key signs."""
    return CONTEXT + body


def envelope_of(body: bytes, signatures: Mapping[str, bytes]) -> bytes:
    """The signed policy."""
    return encode({"body": body, "signatures": dict(signatures)})


def read_signed(data: bytes) -> SignedPolicy:
    """Read a signed policy, not yet judged; raises :class:`InvalidInput` for bytes that are none."""
    if len(data) > SIGNED_POLICY_BYTES_MAX:
        raise InvalidInput(f"a signed policy has at most {SIGNED_POLICY_BYTES_MAX} bytes")
    envelope = _map(data)
    signatures, body = envelope.get("signatures"), envelope.get("body")
    if set(envelope) != {"body", "signatures"} or not isinstance(signatures, dict):
        raise _unreadable("it is no map of body and signatures")
    if not isinstance(body, bytes) or not all(isinstance(one, bytes) for one in signatures.values()):
        raise _unreadable("body and signatures are not bytes")
    return _read_body(body, signatures)


def _read_body(body: bytes, signatures: Mapping[str, bytes]) -> SignedPolicy:
    said = _map(body)
    if set(said) != FIELDS or said["form"] != FORM:
        raise _unreadable(f"its body is not of the form {FORM}")
    texts = all(isinstance(said[name], str) for name in ("subnet", "dao", "prior", "log"))
    numbers = all(_whole(said[name]) for name in ("version", "issued", "expires", "threshold"))
    maps = isinstance(said["keys"], dict) and isinstance(said["document"], dict)
    if not (texts and numbers and maps):
        raise _unreadable("a field of its body is of another kind")
    _check_keys(said["keys"], said["threshold"])
    return SignedPolicy(
        said["subnet"], said["dao"], said["version"], said["prior"], said["issued"], said["expires"],
        said["keys"], said["threshold"], said["document"], said["log"], body, signatures,
    )  # fmt: skip


def _check_keys(keys: Mapping[str, Any], threshold: int) -> None:
    if not 1 <= len(keys) <= POLICY_KEYS_MAX or not 1 <= threshold <= len(keys):
        raise _unreadable(f"it asks for {threshold} of {len(keys)} keys")
    for key, identity in keys.items():
        public_key_of(key)
        if not isinstance(identity, str):
            raise _unreadable("a validator is no text")


def check_follows(
    before: SignedPolicy | None, new: SignedPolicy, checker: SignatureChecker, now_us: int | None
) -> None:
    """Raise :class:`NotGenuine`, with the reason in ``details["reason"]``, unless ``new`` may take the place
    of ``before``. Without a time, versions that have ended by now are checked too."""
    if before is None:
        if new.version != 1 or new.prior:
            raise _refused("gap", f"the first version of a policy is 1, not {new.version}")
    else:
        _check_place(before, new)
    _check_time(new, now_us)
    if before is not None and not _enough(before, new, checker):
        raise _refused(
            "threshold",
            f"fewer than {before.threshold} of the validators of version {before.version} signed it",
        )
    if not _enough(new, new, checker):
        raise _refused("threshold", f"fewer than {new.threshold} of the validators that it names signed it")


def _check_place(before: SignedPolicy, new: SignedPolicy) -> None:
    if (new.subnet, new.dao) != (before.subnet, before.dao):
        raise _refused("other", f"it is for subnet {new.subnet!r} of another DAO")
    if new.version <= before.version:
        raise _refused("rollback", f"it is version {new.version}, and {before.version} is in force")
    if new.version != before.version + 1:
        raise _refused("gap", f"it is version {new.version}; the next one is {before.version + 1}")
    if new.prior != before.cid:
        raise _refused("mixed", f"it follows another version {before.version} than the one in force")


def _check_time(new: SignedPolicy, now_us: int | None) -> None:
    if not 0 < new.expires_us - new.issued_us <= POLICY_LIFETIME_US_MAX:
        raise _refused("time", "it ends before it begins, or holds for longer than a year")
    if now_us is not None and now_us >= new.expires_us:
        raise _refused("expired", "it has expired; ask the validators for the newest one")
    if now_us is not None and new.issued_us > now_us + SKEW_US:
        raise _refused("time", "it was issued in the future; check the clock")


def _enough(named: SignedPolicy, new: SignedPolicy, checker: SignatureChecker) -> bool:
    """Whether enough of the keys that one version names signed another."""
    data, counted = to_sign(new.body), 0
    for key in named.keys:
        signature = new.signatures.get(key)
        if signature is not None and checker.verify(public_key_of(key), data, signature):
            counted += 1
    return counted >= named.threshold


def _map(data: bytes) -> dict[str, Any]:
    try:
        value = decode_canonical(data)
    except (ValueError, RecursionError) as error:
        raise _unreadable("it is not DAG-CBOR in canonical form") from error
    if not isinstance(value, dict):
        raise _unreadable("it is no map")
    return value


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _unreadable(why: str) -> InvalidInput:
    return InvalidInput(f"this is no signed policy: {why}")


def _refused(reason: str, why: str) -> NotGenuine:
    return NotGenuine(f"the signed policy is refused: {why}", reason=reason)
