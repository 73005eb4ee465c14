"""What all step types share: the base of their parameter models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Parameters(BaseModel):
    """Base of parameter models. Field names are camelCase, as people write them in flows; each has
    a description, since forms and docs are made from it."""

    model_config = ConfigDict(extra="forbid")


class NoParameters(Parameters):
    """For step types that need none."""
