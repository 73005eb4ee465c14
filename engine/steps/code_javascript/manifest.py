"""What code.javascript is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.reaching import ReachingParameters

CODE_CHARACTERS_MAX = 1024 * 1024


class JavaScriptParameters(ReachingParameters):
    """Parameters of code.javascript."""

    code: str = Field(
        description="JavaScript; what it returns are the items that go on.",
        min_length=1,
        max_length=CODE_CHARACTERS_MAX,
    )
    mode: Literal["all", "each"] = Field(
        "all", description="Whether the code runs once for all items or once for each item."
    )


MANIFEST = Manifest(
    type="code.javascript",
    label="JavaScript",
    summary="Runs JavaScript code on the items, in the sandbox.",
    group="data",
    effect=Effect.PURE,
    parameters=JavaScriptParameters,
    icon="code",
)
