"""A bench on which tests run one step type, without an engine around it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import StaleRevision, StepCancelled, UnknownObject
from engine.base.limits import Limits
from engine.execution.binaries import BlockBinaries
from engine.flow.model import MAIN, Flow, Step
from engine.ports.policy import PERSONAL, Policy
from engine.ports.sandbox import Sandbox
from engine.ports.step_catalogue import (
    Blocks,
    Breakers,
    Item,
    PortItems,
    Signal,
    StepContext,
    StepResult,
    StepType,
)
from engine.testing.no_sandbox import NoSandbox

NOW_US = 1_700_000_000_000_000
"""2023-11-14T22:13:20Z."""

ParametersFor = Mapping[str, Any] | Callable[[Item, int], Mapping[str, Any]]
"""Parameters of a step, or a function of item and index that stands for their references."""


def items_of(*objects: Mapping[str, Any]) -> list[Item]:
    """An item for each JSON object."""
    return [{"json": dict(value)} for value in objects]


def json_of(items: Sequence[Item]) -> list[dict[str, Any]]:
    """The JSON of the items."""
    return [item["json"] for item in items]


class HeldBlocks:
    """Blocks in a dict; ``held`` shows them by CID."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def put(self, data: bytes, codec: int = RAW) -> str:
        """Keep the bytes and give their CID."""
        cid = cid_of_bytes(data, codec)
        self.held[cid] = data
        return cid

    def get(self, cid: str) -> bytes:
        """The bytes, or :class:`UnknownObject`."""
        if cid not in self.held:
            raise UnknownObject(f"there is no block {cid}")
        return self.held[cid]


class HeldValues:
    """Values of a flow in a dict; ``changes`` counts what was put."""

    def __init__(self) -> None:
        self.changes: list[str] = []
        self._held: dict[str, tuple[Any, int]] = {}

    def get(self, key: str) -> tuple[Any, int]:
        """The value and its revision."""
        return self._held.get(key, (None, 0))

    def put(self, key: str, value: Any, revision: int) -> None:
        """Replace the value of that revision, or raise :class:`StaleRevision`."""
        if self.get(key)[1] != revision:
            raise StaleRevision
        self.changes.append(key)
        self._held[key] = (value, revision + 1)

    def delete(self, key: str) -> None:
        """Forget it."""
        self._held.pop(key, None)


class ManualCancellation:
    """A cancellation that a test pulls with :meth:`cancel`."""

    def __init__(self) -> None:
        self._cancelled = False
        self._callbacks: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether it was pulled."""
        return self._cancelled

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call back when it is pulled; at once if it was."""
        self._callbacks.append(callback)
        if self._cancelled:
            callback()

    def check(self) -> None:
        """Raise :class:`StepCancelled` once it was pulled."""
        if self._cancelled:
            raise StepCancelled

    def cancel(self) -> None:
        """Pull it."""
        self._cancelled = True
        for callback in self._callbacks:
            callback()


class ClosedCircuits:
    """Circuit breakers that never break; ``reports`` shows what they were told."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, bool]] = []

    def check(self, target: str) -> None:
        """Let everything through."""

    def report(self, target: str, ok: bool) -> None:
        """Note how a call went."""
        self.reports.append((target, ok))


class StepBench:
    """One step of a flow, run again and again; what it remembers is kept between runs.

    Every result is checked: ports that the type declares, well-formed items, input left unchanged.
    ``options`` replace any field of :class:`StepContext`, such as ``now_us``, ``policy``, ``depth``.
    """

    def __init__(
        self,
        kind: str | StepType,
        parameters: ParametersFor | None = None,
        *,
        step_id: str = "step",
        flow: Flow | None = None,
        blocks: Blocks | None = None,
        breakers: Breakers | None = None,
        sandbox: Sandbox | None = None,
        **options: Any,
    ) -> None:
        self.kind = _type_named(kind) if isinstance(kind, str) else kind
        self.parameters: ParametersFor = {} if parameters is None else parameters
        raw = {} if callable(self.parameters) else self.parameters
        self.step = Step(step_id, self.kind.manifest.type, raw)
        self.flow = flow or Flow("flow", "Flow", (self.step,))
        self.blocks: Blocks = blocks or HeldBlocks()
        self.breakers: Breakers = breakers or ClosedCircuits()
        self.sandbox = sandbox or NoSandbox()
        self.cancellation = ManualCancellation()
        self.options = options
        self.memory: Mapping[str, Any] = {}
        self.runs = 0

    def run(self, items: Sequence[Item] | Mapping[str, Sequence[Item]] = ()) -> StepResult:
        """Run once with these items, or with items per input port."""
        self.runs += 1
        context = self.context(items)
        return self._checked(context, lambda: self.kind.run(context))

    def resume(self, signal: Signal, items: Sequence[Item] | Mapping[str, Sequence[Item]] = ()) -> StepResult:
        """Resume the last run with a signal."""
        context = self.context(items)
        return self._checked(context, lambda: self.kind.resume(context, signal))

    def context(self, items: Sequence[Item] | Mapping[str, Sequence[Item]] = ()) -> StepContext:
        """The context of the present run."""
        run = max(self.runs - 1, 0)
        context = StepContext(
            step=self.step,
            inputs=_inputs(items),
            resolve=lambda value, index: value,
            model=self.kind.manifest.parameters,
            execution_id="exe_bench",
            flow=self.flow,
            subnet=PERSONAL,
            run=run,
            attempt=1,
            now_us=NOW_US,
            seed=bytes(32),
            timezone="UTC",
            memory=self.memory,
            policy=Policy(PERSONAL),
            limits=Limits(),
            cancellation=self.cancellation,
            breakers=self.breakers,
            blocks=self.blocks,
            binaries=BlockBinaries(self.blocks, Limits().binary_bytes_max),
            sandbox=self.sandbox,
            timeout_ms=Limits().step_timeout_ms,
            trigger={"type": "manual", "step": "start", "mode": "test"},
            resume_url=lambda: "http://node.example/resume/exe_bench/1/token",
        )
        context.resolve = self._resolver(context)
        return replace(context, **self.options)

    def _resolver(self, context: StepContext) -> Callable[[Any, int], Any]:
        given = self.parameters
        if not callable(given):
            return context.resolve
        items = context.items
        return lambda _, index: given(items[index] if index < len(items) else {"json": {}}, index)

    def _checked(self, context: StepContext, call: Callable[[], StepResult]) -> StepResult:
        before = copy.deepcopy(context.inputs)
        result = call()
        assert context.inputs == before, "the step changed its input"
        ports = self.kind.ports_out(_first_parameters(context))
        for port, items in result.outputs.items():
            assert port in ports, f"{port!r} is none of the ports {ports}"
            assert all(isinstance(item.get("json"), dict) for item in items), f"no items on {port!r}"
        if result.memory is not None:
            self.memory = result.memory
        return result


def _first_parameters(context: StepContext) -> Mapping[str, Any]:
    resolved: Mapping[str, Any] = context.resolve(context.step.parameters, 0)
    return resolved


def _inputs(items: Sequence[Item] | Mapping[str, Sequence[Item]]) -> PortItems:
    if isinstance(items, Mapping):
        return {port: list(given) for port, given in items.items()}
    return {MAIN: list(items)}


def _type_named(name: str) -> StepType:
    from engine.steps.registry import Registry

    return Registry().get(name)
