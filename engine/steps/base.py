"""What all step types share: the base of their parameter models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Parameters(BaseModel):
    """Base of parameter models. Field names are camelCase, as people write them in flows; each has
    a description, since forms and docs are made from it."""

    model_config = ConfigDict(extra="forbid")


class NoParameters(Parameters):
    """For step types that need none."""


class CredentialRef(Parameters):
    """A credential, by type and name; written out, never worked out by an expression."""

    type: str = Field(min_length=1, description="The credential's type, as in httpBasicAuth.")
    name: str = Field(min_length=1, description="Its name.")


def credential_field(description: str, kinds: Sequence[str], default: Any = None) -> Any:
    """A parameter that names a credential of one of these types; forms offer those that there are."""
    return Field(default, description=description, json_schema_extra={"credentialTypes": list(kinds)})
