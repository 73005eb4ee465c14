"""What data.crypto is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from engine.base.limits import CODE_CHARACTERS_MAX, RANDOM_CHARACTERS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import CredentialRef, Parameters, credential_field

Algorithm = Literal[
    "MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA512-224", "SHA512-256", "SHA3-224", "SHA3-256",
    "SHA3-384", "SHA3-512",
]  # fmt: skip


class CryptoParameters(Parameters):
    """Parameters of data.crypto."""

    operation: Literal["hash", "hmac", "sign", "generate"] = Field(
        "hash",
        description="hash makes a digest, hmac one that needs the secret, sign a signature, generate random "
        "text.",
    )
    value: Any = Field(None, description="The text to digest or sign; what is no text is taken as JSON.")
    file: str = Field("", description="For hash and hmac: the binary property to digest instead.")
    algorithm: Algorithm = Field(
        "SHA256", description="The digest. MD5 and SHA1 are broken: only for systems that demand them."
    )
    secret: str | None = Field(
        None, repr=False, description="For hmac: the secret key, unless a credential has it."
    )
    privateKey: str = Field(
        "",
        repr=False,
        max_length=CODE_CHARACTERS_MAX,
        description="For sign: the private key as PEM, unless a credential has it.",
    )
    credential: CredentialRef | None = credential_field(
        "For hmac and sign: a credential of type crypto that holds the key.", ["crypto"]
    )
    encoding: Literal["hex", "base64"] = Field("hex", description="How digest and signature are written.")
    kind: Literal["uuid", "hex", "base64", "ascii"] = Field(
        "uuid", description="For generate: the letters of the random text."
    )
    length: int = Field(
        32, ge=1, le=RANDOM_CHARACTERS_MAX, description="For generate: how many letters, except of a uuid."
    )
    dots: bool = Field(True, description="Whether dots in into lead into objects.")
    into: str = Field("data", min_length=1, description="The field that gets the result.")
    keepFiles: bool = Field(True, description="Whether the item's files stay.")

    @model_validator(mode="after")
    def _complete(self) -> CryptoParameters:
        """A keyed digest and a signature have a key."""
        if self.operation == "hmac" and self.secret is None and self.credential is None:
            raise ValueError("hmac needs a secret or a credential")
        if self.operation == "sign" and not (self.privateKey or self.credential):
            raise ValueError("sign needs a privateKey or a credential")
        return self


MANIFEST = Manifest(
    type="data.crypto",
    label="Crypto",
    summary="Makes digests, keyed digests, signatures and random text.",
    group="data",
    effect=Effect.PURE,
    parameters=CryptoParameters,
    icon="key",
)
