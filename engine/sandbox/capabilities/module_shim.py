"""Modules of the subnet for guests: named by the policy, called behind the token, walled in like any other.

A module is a WebAssembly module in a block of the subnet, under the name that the policy gives it. Its
functions are its actions. It gets an instance of its own for each call, reaches nothing, and is let through
the same gate as the code of steps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.base.canonical import RAW, cid_of_bytes, settle
from engine.base.errors import InvalidInput, UnknownObject
from engine.ports.block_store import BlockStore
from engine.ports.capabilities import Surroundings
from engine.ports.clock import Clock
from engine.ports.modules import LoadedModule, Modules
from engine.ports.parameters import problems_of
from engine.ports.policy import Policy
from engine.ports.sandbox import Determinism, SandboxLimits
from engine.sandbox.capabilities.asks import ModuleAsk
from engine.sandbox.capabilities.authority import CapabilityAuthority

_Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")]


class ModuleRequest(BaseModel):
    """A guest's request."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, regex_engine="python-re"
    )
    module: _Word
    action: _Word
    input: Any = None


class ModuleShim:
    """The modules of a subnet, for one attempt."""

    def __init__(
        self,
        authority: CapabilityAuthority,
        surroundings: Surroundings,
        modules: Modules,
        blocks: BlockStore,
        clock: Clock,
    ) -> None:
        self._authority, self._around = authority, surroundings
        self._modules, self._blocks, self._clock = modules, blocks, clock

    def call(self, token: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """``{"module", "action", "input"?}`` gives ``{"output"}``.

        Raises :class:`CapabilityDenied`, :class:`UnknownObject` for a name the policy does not give,
        :class:`PolicyViolation` where its code may not run, and what a call of a module raises.
        """
        read, holder = _read(request), self._around.holder
        ask = ModuleAsk(read.module, read.action, _size(read.input))
        self._authority.authorise(token, holder, ask, self._clock.now_us())
        module = load_named(self._modules, self._blocks, self._around.policy, read.module)
        seed = hashlib.sha256(
            f"{holder.execution}:{holder.step}:{holder.run}:{read.module}".encode()
        ).digest()
        determinism = Determinism(self._clock.now_us(), seed)
        with self._modules.session(module, _limits(self._around), determinism) as session:
            return {"output": session.call(read.action, read.input)}


def load_named(modules: Modules, blocks: BlockStore, policy: Policy, name: str) -> LoadedModule:
    """The module that a policy knows under a name, examined and ready."""
    cid = policy.modules.get(name)
    if cid is None:
        known = ", ".join(sorted(policy.modules)) or "none"
        raise UnknownObject(
            f"the policy of subnet {policy.subnet!r} names no module {name!r}; it names: {known}"
        )
    wasm = blocks.get(policy.subnet, cid)
    if cid_of_bytes(wasm, RAW) != cid:
        raise InvalidInput(f"block {cid} holds data, not a module; store the file with wasm.load")
    return modules.load(wasm, policy)


def _limits(around: Surroundings) -> SandboxLimits:
    limits = around.policy.limits
    return SandboxLimits(
        memory_bytes=limits.sandbox_memory_bytes_max,
        deadline_ms=min(limits.sandbox_deadline_ms, around.timeout_ms),
        input_bytes=limits.step_output_bytes_max,
        output_bytes=limits.step_output_bytes_max,
    )


def _size(value: Any) -> int:
    try:
        return len(settle(value)[1])
    except (TypeError, RecursionError, ValueError) as error:
        raise InvalidInput("a module is given JSON values, not too deep") from error


def _read(request: Mapping[str, Any]) -> ModuleRequest:
    try:
        return ModuleRequest.model_validate(dict(request))
    except ValidationError as error:
        raise InvalidInput("the request is not valid", problems_of(error, ModuleRequest, "request")) from None
