"""What wasm.streaming is and which parameters it has."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.wasm_common import FUNCTION_CHARACTERS_MAX, CallParameters


class StreamingParameters(CallParameters):
    """Parameters of wasm.streaming."""

    function: str = Field(
        min_length=1,
        max_length=FUNCTION_CHARACTERS_MAX,
        description="The exported function to call with each item.",
    )
    args: Any = Field(
        default=None,
        description="What the function is given for an item: a list of numbers, or any JSON value. Left out,"
        " functions that take JSON get the item's JSON.",
    )
    finish: str | None = Field(
        default=None,
        max_length=FUNCTION_CHARACTERS_MAX,
        description="A function to call once after the last item, without arguments (null as JSON); what it"
        " gives becomes one more item.",
    )


MANIFEST = Manifest(
    type="wasm.streaming",
    label="Stream through WebAssembly",
    summary="Passes the items one after another through one instance of a WebAssembly module.",
    group="data",
    effect=Effect.PURE,
    parameters=StreamingParameters,
    icon="cpu",
    aliases=("wasm_streaming",),
)
