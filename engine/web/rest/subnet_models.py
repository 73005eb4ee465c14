"""Models of what REST takes and gives about subnets."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from engine.base.limits import GRANT_TEXT_CHARACTERS_MAX


class SubnetShown(Schema):
    """A subnet (tenant) of the node."""

    id: str
    name: str
    createdAt: str
    state: Literal["active", "suspended", "deleting"]
    reason: str = Field(description="Why it is suspended; else empty.")


class SubnetBody(Schema):
    """A subnet to make."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=63, description="Lower-case letters, digits and hyphens.")
    name: str = Field("", max_length=200)


class SuspendBody(Schema):
    """Why a subnet is suspended; callers of its webhooks are told."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=GRANT_TEXT_CHARACTERS_MAX)


class UsageShown(Schema):
    """What a subnet used on a day (UTC); what it had stored is the most of that day."""

    day: str
    executions: int
    steps: int
    fuel: int
    cpuSeconds: float
    memoryMebibyteSeconds: float
    webhookCalls: int
    egressBytes: int
    blocks: int
    storedBytes: int
