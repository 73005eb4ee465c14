"""Examine a WebAssembly module before it is stored, proposed or run (the reference's ``validateModule``)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, cast

from engine.base.errors import InvalidInput, PolicyViolation, Problem, WrongState
from engine.ports.access_store import Principal
from engine.ports.modules import Modules, Risk, ScanReport
from engine.usecases.permission import require
from engine.usecases.world import World
from engine.validation.code_gate import check_code


@dataclass(frozen=True, slots=True)
class ModuleVerdict:
    """The report, and whether the subnet would let the module run; ``refusal`` says why not."""

    report: ScanReport
    refusal: str = ""

    def as_json(self) -> dict[str, Any]:
        """Render for doors."""
        return {
            "valid": self.report.risk is not Risk.REFUSED,
            "allowed": self.report.risk is not Risk.REFUSED and not self.refusal,
            "refusal": self.refusal,
            "report": self.report.as_json(),
            "text": self.report.as_text(),
        }


def validate_module(
    world: World, actor: Principal, *, wat: str | None = None, wasm: str | None = None
) -> ModuleVerdict:
    """Examine a module given as text or as base64; it is neither run nor stored.

    Raises :class:`PermissionDenied`, and :class:`InvalidInput` where there is no module in it.
    """
    require(world, actor, "flows:read")
    modules = cast(Modules | None, getattr(world.sandbox, "modules", None))
    if modules is None:
        raise WrongState("this node has no sandbox for modules of users")
    report = modules.validate(_bytes(modules, wat, wasm))
    try:
        policy = world.policy.of(actor.subnet)
        check_code(report.cid, world.violations.with_quarantine(policy), "module")
    except PolicyViolation as refused:
        return ModuleVerdict(report, refused.message)
    return ModuleVerdict(report)


def _bytes(modules: Modules, wat: str | None, wasm: str | None) -> bytes:
    if (wat is None) == (wasm is None):
        message = "give the module in exactly one of wat and wasm"
        raise InvalidInput(message, [Problem("wat", message, "one_of")])
    if wat is not None:
        return modules.assemble(wat)
    try:
        return base64.b64decode(wasm or "", validate=True)
    except (binascii.Error, ValueError) as error:
        message = f"the module is not base64: {error}"
        raise InvalidInput(message, [Problem("wasm", message, "not_base64")]) from error
