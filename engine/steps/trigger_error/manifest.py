"""What trigger.error is and which parameters it has."""

from __future__ import annotations

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import NoParameters

MANIFEST = Manifest(
    type="trigger.error",
    label="When a flow fails",
    summary="Starts this flow when another flow, which names it as its error flow, has failed.",
    group="trigger",
    effect=Effect.PURE,
    parameters=NoParameters,
    inputs=(),
    trigger=True,
    icon="alert-triangle",
)
