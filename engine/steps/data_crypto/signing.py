"""Signatures with private keys: RSA with PKCS #1 v1.5 padding (RFC 8017), ECDSA (FIPS 186-5), Ed25519."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidInput


def signature(data: bytes, algorithm: str, pem: str) -> bytes:
    """The signature of the data; an elliptic curve's is in DER. Raises :class:`InvalidInput`, which never
    holds the key."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    key = _key(pem)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), _digest(algorithm))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(_digest(algorithm)))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    raise InvalidInput("the private key must be one of RSA, an elliptic curve or Ed25519")


def _key(pem: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(pem.strip().encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidInput(
            "the private key cannot be read: give it as PEM (-----BEGIN PRIVATE KEY-----), "
            "without a passphrase"
        ) from None


def _digest(algorithm: str) -> Any:
    from cryptography.hazmat.primitives import hashes

    return getattr(hashes, algorithm.replace("-", "_"))()
