"""What became of one file of ``qflow run``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.flow.model import Flow

MARKS = {"completed": "ok", "waiting": "waiting", "invalid": "INVALID"}


@dataclass(slots=True)
class FileResult:
    """A file, its flow (None where it is not valid), and its execution.

    ``steps``: name -> ``{"runs": [{"status", "outputs": [[ITEM, ...], ...], "duration_ms"}]}``.
    """

    file: str
    flow: Flow | None = None
    execution: str | None = None
    status: str = "invalid"
    error: dict[str, Any] | None = None
    duration_ms: float = 0.0
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)  # for people

    def as_json(self) -> dict[str, Any]:
        """The line of ``--json``."""
        return {
            "file": self.file,
            "execution_id": self.execution,
            "status": self.status,
            "error": self.error,
            "duration_ms": self.duration_ms,
            "steps": self.steps,
        }

    def lines(self) -> Iterator[str]:
        """The summary for people."""
        mark = MARKS.get(self.status, self.status.upper())
        took = f" in {self.duration_ms:.1f} ms" if self.flow else ""
        yield f"{self.file}: {mark}{took}"
        if self.error:
            step = f" (step {self.error['step']})" if self.error.get("step") else ""
            yield f"  {self.error['type']}: {self.error['message']}{step}"
        for name, told in self.steps.items():
            for index, one in enumerate(told["runs"]):
                label = name if len(told["runs"]) == 1 else f"{name} [{index}]"
                counts = "+".join(str(len(items)) for items in one["outputs"]) or "0"
                yield f"  {label:<28} {one['status']:<10} {counts:>5} items  {one['duration_ms']:8.1f} ms"
        yield from (f"  {line}" for line in self.waiting)
