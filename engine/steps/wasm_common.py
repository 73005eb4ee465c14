"""What the steps that run WebAssembly modules share: where the module comes from, and its limits."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, cast

from pydantic import AliasChoices, Field, model_validator

from engine.base.canonical import RAW, cid_of, cid_of_bytes
from engine.base.errors import InvalidInput, Problem, StepFailure
from engine.ports.modules import Form, LoadedModule, Modules
from engine.ports.sandbox import Determinism, SandboxLimits
from engine.ports.step_catalogue import StepContext
from engine.steps.base import Parameters
from engine.steps.reaching import ReachingParameters

PAGE_BYTES = 65_536
PAGES_MAX = 65_536  # what 32 bits reach
HOST_CALLS_MAX = 100_000  # calls of WASI functions by one instance
DOCUMENT_BYTES_MAX = 16 * 1024 * 1024  # JSON into or out of one call
MODULE_CID = re.compile(r"b[a-z2-7]{58}")
FUNCTION_CHARACTERS_MAX = 1_000


class ModuleParameters(Parameters):
    """Where the module comes from: exactly one of three."""

    module: str | None = Field(
        default=None, description="CID of a block of this subnet that holds the module; wasm.load gives it."
    )
    wat: str | None = Field(default=None, description="The module in the WebAssembly text format.")
    wasm: str | None = Field(default=None, description="The module's bytes in base64.")

    @model_validator(mode="after")
    def _one_source(self) -> ModuleParameters:
        if sum(source is not None for source in (self.module, self.wat, self.wasm)) != 1:
            raise ValueError("give the module in exactly one of module, wat and wasm")
        return self


class CallParameters(ModuleParameters, ReachingParameters):
    """A module and how its functions are called."""

    abi: Form = Field(
        default="auto",
        description="How values reach the function: as numbers, as JSON through the module's memory, as JSON"
        " on standard input and output (wasi); auto looks at the function's signature.",
    )
    memoryPages: int | None = Field(
        default=None,
        ge=1,
        le=PAGES_MAX,
        validation_alias=AliasChoices("memoryPages", "memory_pages"),
        description="Pages of 64 KiB the module's memory may have at most; the policy's limit holds as well.",
    )


class ModuleShelf:
    """The modules of one run, each loaded once."""

    def __init__(self, context: StepContext) -> None:
        self.modules = modules_of(context)
        self._context = context
        self._loaded: dict[tuple[str | None, ...], LoadedModule] = {}

    def load(self, given: ModuleParameters) -> LoadedModule:
        """The module that the parameters name; raises what :meth:`Modules.load` raises."""
        source = (given.module, given.wat, given.wasm)
        found = self._loaded.get(source)
        if found is None:
            wasm = bytes_of(given, self._context, self.modules)
            found = self._loaded[source] = self.modules.load(wasm, self._context.policy)
        return found

    @property
    def cids(self) -> list[str]:
        """CIDs of what was loaded."""
        return sorted({module.cid for module in self._loaded.values()})

    @property
    def code(self) -> str:
        """CID of what ran, for the receipt; of the list of CIDs where there were several."""
        cids = self.cids
        return cids[0] if len(cids) == 1 else cid_of(cids) if cids else ""


def modules_of(context: StepContext) -> Modules:
    """The node's runner of modules, which its sandbox carries."""
    found = getattr(context.sandbox, "modules", None)
    if found is None:
        raise StepFailure("this node has no sandbox for modules of users")
    return cast(Modules, found)


def bytes_of(given: ModuleParameters, context: StepContext, modules: Modules) -> bytes:
    """The module's bytes, from text, base64 or block."""
    if given.wat is not None:
        return modules.assemble(given.wat)
    if given.wasm is not None:
        try:
            return base64.b64decode(given.wasm, validate=True)
        except (binascii.Error, ValueError) as error:
            raise _wrong("wasm", f"the module is not base64: {error}") from error
    name = given.module or ""
    if not MODULE_CID.fullmatch(name):
        raise _wrong("module", f"{name[:100]!r} is no CID; store the file with wasm.load and use its cid")
    wasm = context.blocks.get(name)
    if cid_of_bytes(wasm, RAW) != name:
        raise _wrong("module", f"block {name} holds data, not a module: its CID is not one of raw bytes")
    return wasm


def limits_of(context: StepContext, pages: int | None) -> SandboxLimits:
    """What one instance may use."""
    limits = context.policy.limits
    memory = limits.sandbox_memory_bytes_max
    bytes_max = min(limits.step_output_bytes_max, DOCUMENT_BYTES_MAX)
    return SandboxLimits(
        memory_bytes=memory if pages is None else min(memory, pages * PAGE_BYTES),
        deadline_ms=min(limits.sandbox_deadline_ms, context.timeout_ms),
        input_bytes=bytes_max,
        output_bytes=bytes_max,
        host_calls=HOST_CALLS_MAX,
    )


def determinism_of(context: StepContext) -> Determinism:
    """Time and chance of the run."""
    return Determinism(context.now_us, context.seed, context.timezone)


def lines_of(logs: Sequence[str], most: int = 100) -> list[str]:
    """Log lines, the last ones where there are many."""
    return list(logs[-most:])


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, [Problem(f"params.{field}", message, "wrong_module")])


def given_or(value: Any, otherwise: Any) -> Any:
    """What was given, or else something."""
    return otherwise if value is None else value
