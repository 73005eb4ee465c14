"""What code.python is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.reaching import ReachingParameters

CODE_CHARACTERS_MAX = 1024 * 1024


class PythonParameters(ReachingParameters):
    """Parameters of code.python."""

    code: str = Field(
        description="Python 3.12; what it returns are the items that go on.",
        min_length=1,
        max_length=CODE_CHARACTERS_MAX,
    )
    mode: Literal["all", "each"] = Field(
        "all", description="Whether the code runs once for all items or once for each item."
    )


MANIFEST = Manifest(
    type="code.python",
    label="Python",
    summary="Runs Python code on the items, in the sandbox.",
    group="data",
    effect=Effect.PURE,
    parameters=PythonParameters,
    icon="code",
)
