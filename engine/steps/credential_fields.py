"""What the fields of credential types have in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from engine.base.limits import CREDENTIAL_BYTES_MAX


class Fields(BaseModel):
    """Base of all types; values never show up in error messages."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def hidden(description: str, default: Any = "", **hints: Any) -> Any:
    """A field that nobody may see once it is filled in. ``hints`` for forms: ``lines`` where it is a text of
    several, ``when`` with the values of another field that it is for."""
    return Field(
        default,
        repr=False,
        max_length=CREDENTIAL_BYTES_MAX,
        description=description,
        json_schema_extra={"writeOnly": True, **hints},
    )


def shown(description: str, default: Any = "", **hints: Any) -> Any:
    """A field that may be shown in forms, though not to who may only use the credential."""
    return Field(default, max_length=8_192, description=description, json_schema_extra=hints or None)
