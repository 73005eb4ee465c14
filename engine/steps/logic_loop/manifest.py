"""What logic.loop is and which parameters it has."""

from __future__ import annotations

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class LoopParameters(Parameters):
    """Parameters of logic.loop."""

    batchSize: int = Field(1, ge=1, le=1_000_000, description="How many items leave by loop at a time.")
    maxRounds: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="End the loop after so many rounds, even if items are left; they are then not visited.",
    )
    doneFirst: bool = Field(False, description="List the port done before the port loop.")
    reset: bool = Field(
        False,
        description="Forget what was and begin anew with the items that just came in. Use a reference "
        "here: a loop that is always reset never ends.",
    )


MANIFEST = Manifest(
    type="logic.loop",
    label="Loop",
    summary="Hands out its items a batch at a time, then all results at once.",
    group="logic",
    effect=Effect.PURE,
    parameters=LoopParameters,
    outputs=("loop", "done"),
    remembers=True,
    icon="repeat",
)
