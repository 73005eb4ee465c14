"""What data.jwt is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from engine.base.limits import CODE_CHARACTERS_MAX, TOKEN_CHARACTERS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import CredentialRef, Parameters, credential_field

PublicAlgorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"
]  # fmt: skip
Algorithm = PublicAlgorithm | Literal["HS256", "HS384", "HS512"]


class JwtParameters(Parameters):
    """Parameters of data.jwt."""

    operation: Literal["decode", "verify", "sign"] = Field(
        "decode",
        description="decode reads a token and proves nothing; verify checks signature and times, too; "
        "sign makes one.",
    )
    token: str = Field("", max_length=TOKEN_CHARACTERS_MAX, description="The token, except for sign.")
    credential: CredentialRef | None = credential_field(
        "The keys, of type jwtAuth; for sign, and for verify unless publicKey is given.", ["jwtAuth"]
    )
    algorithm: Algorithm | None = Field(
        None, description="The only algorithm that is used and accepted; else the credential's, or RS256."
    )
    publicKey: str = Field(
        "", max_length=CODE_CHARACTERS_MAX, description="For verify: the public key of who signs, as PEM."
    )
    claims: Any = Field(None, description="For sign: the payload, an object or text that holds one as JSON.")
    keyId: str = Field("", max_length=256, description="For sign: the name of the key, for the header (kid).")
    expiresIn: float | None = Field(None, description="For sign: seconds until the token ends (exp).")
    notBefore: float | None = Field(None, description="For sign: seconds until it begins to hold (nbf).")
    audience: str = Field("", description="For verify: whom the token must be for, where given.")
    issuer: str = Field("", description="For verify: who must have issued the token, where given.")
    ignoreExpiration: bool = Field(False, description="For verify: take tokens that have ended, too.")
    ignoreNotBefore: bool = Field(False, description="For verify: take tokens that do not hold yet, too.")
    clockToleranceS: float = Field(
        0, ge=0, le=86_400, description="For verify: seconds by which clocks may differ."
    )
    complete: bool = Field(False, description="Give header and signature beside the payload.")

    @model_validator(mode="after")
    def _complete(self) -> JwtParameters:
        """Each operation has what it needs; keys are looked at when it is worked out."""
        if self.operation == "verify" and not (self.publicKey or self.credential):
            raise ValueError("verify needs publicKey, a public key as PEM, or a credential")
        if self.operation == "sign" and self.credential is None:
            raise ValueError("sign needs a credential of type jwtAuth")
        if self.operation != "sign" and not self.token:
            raise ValueError(f"{self.operation} needs a token")
        return self


MANIFEST = Manifest(
    type="data.jwt",
    label="JWT",
    summary="Reads, verifies and signs JSON Web Tokens.",
    group="data",
    effect=Effect.PURE,
    parameters=JwtParameters,
    icon="key",
)
