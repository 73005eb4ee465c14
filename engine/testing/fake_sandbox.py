"""A sandbox whose answers are told beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.base.errors import StepFailure
from engine.ports.sandbox import (
    CodeRequest,
    CodeResult,
    ExpressionBatch,
    ExpressionFault,
    ExpressionValues,
    Foresight,
    HostCalls,
    RowAhead,
    SandboxLimits,
    Usage,
)
from engine.ports.step_catalogue import Item

Answer = Callable[[Item], Any]


class FakeSandbox:
    """Gives the told value of each template, or what a told function makes of the item; a template
    nobody told of is a fault. Remembers every batch."""

    def __init__(self, answers: Mapping[str, Any | Answer] | None = None) -> None:
        self.answers = dict(answers or {})
        self.batches: list[ExpressionBatch] = []

    @property
    def guest_cid(self) -> str:
        return "fake-guest"

    def warm_up(self) -> None:
        """Nothing to do."""

    def evaluate(self, batch: ExpressionBatch, limits: SandboxLimits) -> ExpressionValues:
        """A row per item, or one where there are none."""
        self.batches.append(batch)
        items = list(batch.items) or [{"json": {}}]
        chosen = items if batch.indexes is None else [items[index] for index in batch.indexes]
        rows = [[self._value(template, item) for template in batch.templates] for item in chosen]
        faults = [
            ExpressionFault(row, column, f"nobody told what {template} gives")
            for row in range(len(rows))
            for column, template in enumerate(batch.templates)
            if template not in self.answers
        ]
        return ExpressionValues(rows, faults, Usage(fuel=len(rows) * len(batch.templates)))

    def run_code(
        self, request: CodeRequest, limits: SandboxLimits, host: HostCalls | None = None
    ) -> CodeResult:
        """The items that were told for the source; what nobody told of fails."""
        if request.source not in self.answers:
            raise StepFailure("nobody told what this code gives")
        told: Any = self.answers[request.source]
        items = [{"json": dict(value)} for value in told]
        return CodeResult(items, [], Usage(fuel=len(items)), request.cid)

    def foresee(self, items: Sequence[Item], row: RowAhead, limits: SandboxLimits) -> Foresight:
        """Nothing: each step asks for itself."""
        return Foresight()

    def _value(self, template: str, item: Item) -> Any:
        answer = self.answers.get(template)
        return answer(item) if callable(answer) else answer
