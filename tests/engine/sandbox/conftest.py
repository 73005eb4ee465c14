"""One sandbox for all tests: compiled once, and kept where a node keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.base.errors import SandboxViolation, StepFailure
from engine.ports.sandbox import (
    MEBIBYTE,
    CodeRequest,
    CodeResult,
    Determinism,
    ExpressionBatch,
    ExpressionValues,
    SandboxLimits,
)
from engine.sandbox.wasm_sandbox import WasmSandbox, cache_directory

NOW_US = 1_700_000_000_000_000  # 14 November 2023, 22:13:20 UTC
NEW_YORK = Determinism(NOW_US, b"seed" * 8, "America/New_York")
QUICK = SandboxLimits(deadline_ms=10_000)

Evaluate = Callable[..., Any]


@pytest.fixture(scope="session")
def sandbox() -> WasmSandbox:
    """A sandbox whose compiled guests all processes share."""
    return WasmSandbox(cache_directory())


@pytest.fixture(scope="session")
def batch(sandbox: WasmSandbox) -> Callable[..., ExpressionValues]:
    """Evaluates templates over items' JSON."""

    def run(templates: list[str], items: list[Any] | None = None, **more: Any) -> ExpressionValues:
        limits = more.pop("limits", QUICK)
        marked = more.pop("marked", True)
        zone = more.pop("zone", "America/New_York")
        determinism = Determinism(NOW_US, b"seed" * 8, zone)
        wrapped = more.pop("wrapped", [{"json": item} for item in items or []])
        given = ExpressionBatch(
            templates, wrapped, determinism, more.pop("context", {}), marked=marked, **more
        )
        return sandbox.evaluate(given, limits)

    return run


@pytest.fixture(scope="session")
def value(batch: Callable[..., ExpressionValues]) -> Evaluate:
    """The value of one expression for one item; a fault is an AssertionError with its message."""

    def run(template: str, item: Any = None, **more: Any) -> Any:
        items = None if item is None else [item]
        found = batch([template], items, **more)
        assert not found.faults, found.faults[0].message
        return found.values[0][0]

    return run


@pytest.fixture(scope="session")
def fault(batch: Callable[..., ExpressionValues]) -> Callable[..., str]:
    """The message of the fault of one expression."""

    def run(template: str, item: Any = None, **more: Any) -> str:
        found = batch([template], None if item is None else [item], **more)
        assert found.faults, f"no fault but {found.values}"
        return found.faults[0].message

    return run


SMALL = SandboxLimits(memory_bytes=48 * MEBIBYTE, deadline_ms=400, output_bytes=MEBIBYTE)


@pytest.fixture(scope="module")
def code(sandbox):
    """Runs code over items' JSON."""

    def run(source, *objects, mode="all", limits=QUICK, items=None, **context) -> CodeResult:
        given = items if items is not None else [{"json": value} for value in objects]
        return sandbox.run_code(CodeRequest("javascript", source, given, NEW_YORK, mode, context), limits)

    return run


@pytest.fixture(scope="module")
def gives(code):
    """The JSON of the items that code gives."""
    return lambda source, *objects, **more: [item["json"] for item in code(source, *objects, **more).items]


@pytest.fixture
def fails(code):
    def run(source, *objects, **more) -> StepFailure:
        with pytest.raises(StepFailure) as raised:
            code(source, *objects, **more)
        return raised.value

    return run


@pytest.fixture
def stopped(code):
    def run(source, *objects, limits=SMALL, **more) -> str:
        with pytest.raises(SandboxViolation) as raised:
            code(source, *objects, limits=limits, **more)
        return raised.value.details["limit"]

    return run
