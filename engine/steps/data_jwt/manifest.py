"""What data.jwt is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.base.limits import CODE_CHARACTERS_MAX, TOKEN_CHARACTERS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


class JwtParameters(Parameters):
    """Parameters of data.jwt."""

    operation: Literal["decode", "verify"] = Field(
        "decode",
        description="decode reads a token and proves nothing; verify checks signature and times, too.",
    )
    token: str = Field(..., min_length=1, max_length=TOKEN_CHARACTERS_MAX, description="The token.")
    algorithm: Algorithm = Field("RS256", description="For verify: the only algorithm that is accepted.")
    publicKey: str = Field(
        "", max_length=CODE_CHARACTERS_MAX, description="For verify: the public key of who signs, as PEM."
    )
    audience: str = Field("", description="For verify: whom the token must be for, where given.")
    issuer: str = Field("", description="For verify: who must have issued the token, where given.")
    complete: bool = Field(False, description="Give header and signature beside the payload.")

    @model_validator(mode="after")
    def _public(self) -> JwtParameters:
        """Verifying takes a key; what is in it is looked at when it is worked out."""
        if self.operation == "verify" and not self.publicKey:
            raise ValueError("verify needs publicKey: a public key as PEM")
        return self


MANIFEST = Manifest(
    type="data.jwt",
    label="JWT",
    summary="Reads JSON Web Tokens, and verifies them with public keys.",
    group="data",
    effect=Effect.PURE,
    parameters=JwtParameters,
    icon="key",
)
