"""What wasm.load is and which parameters it has."""

from __future__ import annotations

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.wasm_common import ModuleParameters


class LoadParameters(ModuleParameters):
    """Parameters of wasm.load."""


MANIFEST = Manifest(
    type="wasm.load",
    label="Load WebAssembly",
    summary="Examines a WebAssembly module, compiles it and stores it as a block.",
    group="data",
    effect=Effect.PURE,
    parameters=LoadParameters,
    icon="cpu",
    aliases=("wasm_load",),
)
