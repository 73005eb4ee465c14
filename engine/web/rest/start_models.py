"""The shapes of REST for starting flows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.web.rest.models import ExecutionError, Given, Json, Name, Shown, Text


class PartBody(Given):
    """A part of a flow: to a step with what it needs, from a step with what follows, or between two."""

    first: Name | None = None
    last: Name | None = None
    kept: Name | None = Field(None, description="Execution whose outputs are taken over.")


class StartBody(Given):
    """How to start a flow. ``items`` wins over ``input``, which becomes one item's JSON."""

    input: Json | None = None
    inputData: Json | None = None
    context: Json | None = Field(None, description="The reference's context: inputData and variables.")
    items: list[Json] | None = None
    variables: Json = {}
    step: Name | None = None
    version: Name | None = Field(None, description="CID of a version; else the published one.")
    mode: Literal["production", "manual", "test"] = Field(
        "manual", description="manual and test use the newest draft, production the published version."
    )
    pins: dict[str, list[Json]] | None = None
    part: PartBody | None = Field(None, description="Run only a part of the newest draft, by hand.")
    priority: Annotated[int, Field(ge=0, le=9)] | None = None
    id: Annotated[str, Field(pattern=r"^exe_[0-9a-z]{4,60}$")] | None = Field(
        None, description="Makes the start idempotent."
    )
    wait: bool = Field(False, description="Answer when the execution has ended or waits.")
    timeoutMs: Annotated[int, Field(ge=1, le=600_000)] = 30_000


class Started(Shown):
    """An accepted start; ``items`` and ``error`` where the caller waited for the end."""

    executionId: str
    status: str
    existing: bool = False
    items: list[Json] | None = None
    error: ExecutionError | None = None


class TriggerBody(Given):
    """An outside event for one flow."""

    type: Name | None = Field(None, description="The event's type, for flows with several event triggers.")
    subject: Text = ""
    data: Any = None
    id: Name | None = None
