"""How the calls of a webhook must be signed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from engine.steps.base import Parameters
from engine.validation.webhook_signatures import Scheme, Signs, key_bytes


class Verification(Parameters):
    """The parameter ``verify`` of trigger.webhook. The fields from ``header`` on are for ``hmac`` and
    ``ed25519``; the other schemes fix them."""

    scheme: Scheme = Field(description="Whose way of signing it is.")
    secrets: list[str] = Field(
        default_factory=list,
        max_length=5,
        description="Names of the subnet's secrets in force, newest first; several while one is exchanged.",
    )
    publicKeys: list[str] = Field(
        default_factory=list, max_length=5, description="Ed25519 public keys in force, hex or base64."
    )
    toleranceSeconds: int = Field(300, ge=1, le=86_400, description="How far the call's time may be off.")
    header: str = Field("X-Signature", description="The header with the signature.")
    timestampHeader: str = Field("", description="The header with the time, where there is one.")
    idHeader: str = Field("", description="The header with the call's id, where it is signed.")
    algorithm: Literal["sha1", "sha256", "sha512"] = Field("sha256", description="The hash of the HMAC.")
    encoding: Literal["hex", "base64"] = Field("hex", description="How the signature is written.")
    prefix: str = Field("", max_length=32, description="What stands before the signature, such as sha256=.")
    signs: Signs = Field("body", description="What is signed.")

    @field_validator("publicKeys")
    @classmethod
    def _are_keys(cls, value: list[str]) -> list[str]:
        """Keys that are none are told when the flow is saved."""
        for text in value:
            key_bytes(text)
        return value

    @model_validator(mode="after")
    def _complete(self) -> Verification:
        """The scheme has what it needs."""
        if self.scheme == "ed25519" and not self.publicKeys:
            raise ValueError("ed25519 needs publicKeys")
        if self.scheme not in ("ed25519", "standard") and not self.secrets:
            raise ValueError(f"{self.scheme} needs secrets: the names of secrets of the subnet")
        if self.scheme == "standard" and not (self.secrets or self.publicKeys):
            raise ValueError("standard needs secrets or publicKeys")
        if self.signs != "body" and not self.timestampHeader:
            raise ValueError(f"to sign {self.signs}, name the timestampHeader")
        if self.signs == "id.timestamp.body" and not self.idHeader:
            raise ValueError("to sign id.timestamp.body, name the idHeader")
        return self
