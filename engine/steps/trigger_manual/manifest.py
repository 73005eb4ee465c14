"""What trigger.manual is and which parameters it has."""

from __future__ import annotations

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import NoParameters

MANIFEST = Manifest(
    type="trigger.manual",
    label="Manual start",
    summary="Starts the flow by hand, from the API or from the command line.",
    group="trigger",
    effect=Effect.PURE,
    parameters=NoParameters,
    inputs=(),
    trigger=True,
    icon="play",
)
