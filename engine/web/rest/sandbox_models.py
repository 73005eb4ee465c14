"""The shapes of REST about the sandbox: violations, quarantine, and reports on modules."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.base.limits import MODULE_TEXT_BYTES_MAX
from engine.web.rest.models import Given, Json, Shown


class Violation(Shown):
    """One time that guest code crossed a limit of the sandbox; ``codeCid`` is empty for expressions."""

    id: str
    flowId: str
    executionId: str
    stepId: str
    run: int
    attempt: int
    actor: str
    codeCid: str
    limit: str
    message: str
    at: str


class Violations(Shown):
    """A page of violations."""

    violations: list[Violation]
    next: str | None = None


class QuarantineStay(Shown):
    """Something that may not act until an administrator lifts it."""

    id: str
    kind: str
    subject: str
    reason: str
    by: str
    since: str
    until: str | None = None
    liftedAt: str | None = None
    liftedBy: str = ""


class ModuleBody(Given):
    """A WebAssembly module: its text, or its bytes in base64."""

    wat: Annotated[str, Field(max_length=MODULE_TEXT_BYTES_MAX)] | None = None
    wasm: str | None = None


class ModuleVerdict(Shown):
    """What a module is and asks for, and whether the subnet would let it run."""

    valid: bool
    allowed: bool
    refusal: str
    report: Json
    text: str
