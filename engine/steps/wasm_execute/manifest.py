"""What wasm.execute is and which parameters it has."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.wasm_common import FUNCTION_CHARACTERS_MAX, CallParameters


class ExecuteParameters(CallParameters):
    """Parameters of wasm.execute."""

    function: str = Field(
        default="",
        max_length=FUNCTION_CHARACTERS_MAX,
        description="The exported function to call; empty: _start, the one of a WASI command.",
    )
    args: Any = Field(
        default=None,
        description="What the function is given: a list of numbers, or any JSON value for functions that take"
        " JSON. Left out, those get the item's JSON.",
    )
    input: Any = Field(default=None, description="Another name for args.")

    @model_validator(mode="after")
    def _one_argument(self) -> ExecuteParameters:
        if self.args is not None and self.input is not None:
            raise ValueError("args and input mean the same; give one of them")
        return self


MANIFEST = Manifest(
    type="wasm.execute",
    label="Run WebAssembly",
    summary="Calls a function of a WebAssembly module for every item.",
    group="data",
    effect=Effect.PURE,
    parameters=ExecuteParameters,
    icon="cpu",
    aliases=("wasm_execute",),
)
