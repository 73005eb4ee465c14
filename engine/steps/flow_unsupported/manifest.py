"""What flow.unsupported is and which parameters it has."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters

PORTS_MAX = 100


class UnsupportedParameters(Parameters):
    """Parameters of flow.unsupported; importing fills them in."""

    origin: str = Field("n8n", max_length=64, description="The system that the step comes from.")
    nodeType: str = Field("", description="Its type there.")
    nodeVersion: float = Field(1, description="The version of its type there.")
    missing: str = Field("", description="What is missing here.")
    inputs: int = Field(1, ge=0, le=PORTS_MAX, description="How many inputs it has.")
    outputs: int = Field(1, ge=0, le=PORTS_MAX, description="How many outputs it has.")
    original: dict[str, Any] = Field(
        default_factory=dict, description="Its parameters as they were, none left out."
    )


MANIFEST = Manifest(
    type="flow.unsupported",
    label="Unsupported",
    summary="Keeps the place of an imported step that cannot run here, and says why.",
    group="flow",
    effect=Effect.PURE,
    parameters=UnsupportedParameters,
    icon="alert-triangle",
)
