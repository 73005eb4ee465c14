"""What data.totp is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import CredentialRef, Parameters, credential_field


class TotpParameters(Parameters):
    """Parameters of data.totp."""

    credential: CredentialRef = credential_field(
        "The shared secret: a credential of type totpApi.", ["totpApi"], ...
    )
    algorithm: Literal[
        "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512"
    ] = Field("SHA1", description="The digest; both sides must use the same.")
    digits: int = Field(6, ge=4, le=10, description="How many digits a code has.")
    periodS: int = Field(30, ge=1, le=86_400, description="How many seconds a code holds.")


MANIFEST = Manifest(
    type="data.totp",
    label="One-time code",
    summary="Gives the code that holds now, from a shared secret (TOTP).",
    group="data",
    effect=Effect.READ,
    parameters=TotpParameters,
    icon="key",
)
