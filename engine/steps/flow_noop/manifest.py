"""What flow.noop is and which parameters it has."""

from __future__ import annotations

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import NoParameters

MANIFEST = Manifest(
    type="flow.noop",
    label="Do nothing",
    summary="Passes its items on unchanged.",
    group="flow",
    effect=Effect.PURE,
    parameters=NoParameters,
    icon="arrow-right",
)
