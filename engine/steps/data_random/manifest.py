"""What data.random is and which parameters it has."""

from __future__ import annotations

import string
from typing import Literal

from pydantic import Field

from engine.base.limits import RANDOM_ITEMS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters

LETTERS = string.digits + string.ascii_letters

Kind = Literal[
    "user", "address", "email", "uuid", "number", "creditCard", "ipv4", "ipv6", "latLong", "macAddress",
    "nanoid", "semver", "url",
]  # fmt: skip


class RandomParameters(Parameters):
    """Parameters of data.random."""

    kind: Kind = Field("user", description="What each item tells of.")
    count: int = Field(10, ge=0, le=RANDOM_ITEMS_MAX, description="How many items to make.")
    perItem: bool = Field(False, description="Whether so many are made for each item that comes in.")
    into: str = Field("", description="A field that gets all as a list, in one item.")
    alphabet: str = Field(
        LETTERS, min_length=1, max_length=256, description="For nanoid: the letters that it is made of."
    )
    length: int = Field(16, ge=1, le=1_000, description="For nanoid: how many letters it has.")
    seed: str = Field(
        "", description="Makes the same data every time; without it each run of the step differs."
    )


MANIFEST = Manifest(
    type="data.random",
    label="Random data",
    summary="Makes up data to try a flow with.",
    group="data",
    effect=Effect.PURE,
    parameters=RandomParameters,
    icon="dices",
)
