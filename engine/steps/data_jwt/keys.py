"""The keys of data.jwt: which one, for which algorithm, and signatures made and checked with it.

Algorithms are those of RFC 7518.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.base.errors import InvalidInput
from engine.ports.step_catalogue import StepContext
from engine.steps.data_jwt.manifest import JwtParameters

_PUBLIC = ("-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----")
_FORGED = "the token cannot be verified: its signature is not of this key"
_DIGESTS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


@dataclass(frozen=True, slots=True)
class Keys:
    """One algorithm and the keys for it: who has a shared secret never takes a public key for one."""

    algorithm: str
    shared: bytes = field(default=b"", repr=False)
    private: str = field(default="", repr=False)
    public: str = ""


def keys_of(given: JwtParameters, context: StepContext) -> Keys:
    """From the credential, or the public key alone; raises :class:`InvalidInput` where they do not fit."""
    if given.credential is None:
        keys = Keys(given.algorithm or "RS256", public=given.publicKey.strip())
    else:
        held = context.credential(given.credential.type, given.credential.name).values
        algorithm = given.algorithm or held.algorithm
        if held.keyType == "passphrase":
            keys = Keys(algorithm, shared=held.secret.encode())
        else:
            keys = Keys(algorithm, private=held.privateKey.strip(), public=held.publicKey.strip())
    if (keys.algorithm in _DIGESTS) != bool(keys.shared):
        raise InvalidInput(
            f"{keys.algorithm} does not fit the key: HS... takes a shared secret, everything else a key pair"
        )
    return keys


def signed(payload: dict[str, Any], keys: Keys, key_id: str) -> str:
    """A token in the compact form (RFC 7515, section 7.1)."""
    header = {"alg": keys.algorithm, "typ": "JWT", **({"kid": key_id} if key_id else {})}
    body = f"{_packed(orjson.dumps(header))}.{_packed(orjson.dumps(payload))}"
    return f"{body}.{_packed(_signature(body.encode(), keys))}"


def check_signature(token: str, keys: Keys) -> None:
    """Check it by the one algorithm that is accepted. Raises :class:`InvalidInput`."""
    head, _, rest = token.strip().partition(".")
    payload, _, signature = rest.partition(".")
    if not keys.shared and not keys.public.startswith(_PUBLIC):
        raise InvalidInput("publicKey is no public key as PEM (-----BEGIN PUBLIC KEY-----)")
    if _algorithm_named(head) != keys.algorithm:
        raise InvalidInput(f"the token is not signed by {keys.algorithm}, which alone is accepted")
    if keys.shared:
        wanted = _packed(hmac.digest(keys.shared, f"{head}.{payload}".encode(), _DIGESTS[keys.algorithm]))
        if not hmac.compare_digest(wanted, signature):
            raise InvalidInput(_FORGED)
        return
    _check_public(token.strip(), keys)


def _algorithm_named(head: str) -> Any:
    try:
        header = orjson.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        return None
    return header.get("alg") if isinstance(header, dict) else None


def _check_public(token: str, keys: Keys) -> None:
    import jwt

    options: Any = {"enforce_minimum_key_length": True}
    try:
        jwt.PyJWS(options=options).decode(token, keys.public, algorithms=[keys.algorithm])
    except jwt.InvalidSignatureError:
        raise InvalidInput(_FORGED) from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise InvalidInput(
            f"the token cannot be verified: publicKey is no fit for {keys.algorithm}, or its header is wrong"
        ) from None


def _signature(data: bytes, keys: Keys) -> bytes:
    if keys.shared:
        return hmac.digest(keys.shared, data, _DIGESTS[keys.algorithm])
    import jwt

    algorithm = jwt.get_algorithm_by_name(keys.algorithm)
    try:
        return bytes(algorithm.sign(data, algorithm.prepare_key(keys.private)))
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        raise InvalidInput(f"the credential's privateKey is no fit for {keys.algorithm}") from None


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
