"""Credentials that are keys: they are used on this node and sent nowhere."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from engine.steps.credential_fields import Fields, hidden, shown

JwtAlgorithm = Literal[
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512",
    "ES256", "ES384", "ES512", "PS256", "PS384", "PS512",
]  # fmt: skip
"""RFC 7518, section 3.1, without ``none``."""


_PEM: Any = {"lines": True, "when": {"keyType": ["pemKey"]}}


class JwtKeys(Fields):
    """What JSON Web Tokens are signed and verified with."""

    keyType: Literal["passphrase", "pemKey"] = Field(
        "passphrase", description="passphrase: one shared secret (HS...); pemKey: a key pair."
    )
    secret: str = hidden("The shared secret, for keyType passphrase.", when={"keyType": ["passphrase"]})
    privateKey: str = hidden("The private key as PEM, to sign; for keyType pemKey.", **_PEM)
    publicKey: str = shown("The public key as PEM, to verify; for keyType pemKey.", **_PEM)
    algorithm: JwtAlgorithm = Field("HS256", description="The algorithm, unless the step names another.")

    @model_validator(mode="after")
    def _complete(self) -> JwtKeys:
        """A key that fits the kind."""
        if self.keyType == "passphrase" and not self.secret:
            raise ValueError("keyType passphrase needs secret")
        if self.keyType == "pemKey" and not (self.privateKey or self.publicKey):
            raise ValueError("keyType pemKey needs privateKey or publicKey")
        return self


class CryptoKeys(Fields):
    """Keys for keyed digests and signatures."""

    hmacSecret: str = hidden("The secret of keyed digests (HMAC).")
    signPrivateKey: str = hidden("The private key as PEM, for signatures.", lines=True)


class TotpKey(Fields):
    """A shared secret for one-time codes (RFC 6238)."""

    secret: str = hidden("The secret in base32, as QR codes hold it.", ...)
    label: str = shown("What it is for, as in issuer:account.")

    @field_validator("secret")
    @classmethod
    def _base32(cls, value: str) -> str:
        """Base32 without spaces, padded or not."""
        plain = value.replace(" ", "").replace("-", "").upper().rstrip("=")
        try:
            base64.b32decode(plain + "=" * (-len(plain) % 8))
        except binascii.Error:
            raise ValueError("secret is not base32 (letters A to Z, digits 2 to 7)") from None
        return plain
