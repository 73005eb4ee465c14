"""How the callers of a webhook prove who they are."""

from __future__ import annotations

from pydantic import Field

from engine.steps.base import Parameters
from engine.validation.callers import CallerScheme, TokenAlgorithm


class Authentication(Parameters):
    """The parameter ``authenticate`` of trigger.webhook."""

    scheme: CallerScheme = Field(description="A password, a header, or a JSON Web Token.")
    secrets: list[str] = Field(
        min_length=1,
        max_length=5,
        description="Names of the subnet's secrets in force, newest first: user:password for basic, the "
        "header's value for header, the key for jwt.",
    )
    header: str = Field(
        "X-API-Key",
        pattern=r"^[A-Za-z0-9-]{1,100}$",
        description="The header that holds the secret, for header.",
    )
    algorithm: TokenAlgorithm = Field("HS256", description="How tokens are signed, for jwt.")
    toleranceSeconds: int = Field(
        0, ge=0, le=3_600, description="How far the clock of whoever made the token may be off, for jwt."
    )
