"""The values that references in a step's parameters can name."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from engine.execution.data import ItemStore
from engine.execution.references import Scope, StepOutput, nearest
from engine.flow.plan import Plan
from engine.journal.state import ExecutionState, Task
from engine.ports.step_catalogue import Item

_ITEM_ROOTS = frozenset({"json", "input", "item", "items", "now"})


class ScopeOf:
    """Values by root name for one attempt.

    Everything that reads the state is read at once, so that the attempt may run on another thread
    while the state moves on.
    """

    def __init__(
        self,
        plan: Plan,
        state: ExecutionState,
        items: ItemStore,
        roots: frozenset[str],
        execution: str,
        zone: str,
        task: Task,
    ) -> None:
        self._zone = zone
        self._steps = plan.flow.by_id
        self._values: dict[str, Any] = {}
        subnet = state.started.subnet
        for root in roots - _ITEM_ROOTS if roots else ():
            if root in plan.flow.by_id:
                self._read_step(state, items, subnet, root)
            elif root == "trigger":
                given = items.load(subnet, state.started.items)
                self._values[root] = StepOutput([item["json"] for item in given[:1]] or [{}])
            elif root == "vars":
                self._values[root] = dict(state.started.variables)
            elif root == "execution":
                self._values[root] = _execution(state, execution, task)

    def _read_step(self, state: ExecutionState, items: ItemStore, subnet: str, step: str) -> None:
        run = state.latest(step)
        if run is not None:
            data = next((data for data in run.outputs.values() if data.count), None)
            given = items.load(subnet, data) if data else []
            self._values[step] = StepOutput([item["json"] for item in given])

    def for_item(self, items: list[Item], index: int, now_us: int) -> Scope:
        """Root names as the item at an index sees them."""

        def value(root: str) -> Any:
            if root in self._values:
                return self._values[root]
            if root in ("json", "input"):
                return items[index]["json"] if index < len(items) else None
            if root == "item":
                return items[index] if index < len(items) else None
            if root == "items":
                return [item["json"] for item in items]
            if root == "now":
                return iso(now_us, self._zone)
            raise KeyError(nearest(root, [*self._steps, "json", "trigger", "execution", "vars", "now"]))

        return value


def _execution(state: ExecutionState, execution: str, task: Task) -> dict[str, Any]:
    started = state.started
    return {
        "id": execution,
        "flow": started.flow,
        "version": started.version,
        "mode": started.mode,
        "run": task.run,
    }


def iso(at_us: int, zone: str = "UTC") -> str:
    """A time as ISO 8601 with milliseconds in a time zone."""
    moment = datetime.fromtimestamp(at_us / 1_000_000, tz=timezone.utc)  # noqa: UP017
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="milliseconds")
