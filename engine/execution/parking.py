"""What a step waits for, as the journal holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.base.ids import derived
from engine.journal.facts import PortData
from engine.ports.step_catalogue import Item, StepResult, WaitChild, WaitSignal, WaitTime


def wait_map(
    result: StepResult, call: Sequence[object], store: Callable[[list[Item]], PortData]
) -> dict[str, Any]:
    """A wait as the fact ``StepParked`` holds it. ``call`` is what tells this attempt from all others, from
    which the id of a child is derived; ``store`` keeps the child's items."""
    wait = result.wait
    if isinstance(wait, WaitTime):
        return {"kind": "time", "until_us": wait.until_us}
    if isinstance(wait, WaitSignal):
        plain: dict[str, Any] = {"kind": wait.kind, "until_us": wait.until_us}
        plain.update({"match": dict(wait.match), "prompt": dict(wait.prompt)})
        return {key: value for key, value in plain.items() if value}
    assert isinstance(wait, WaitChild)
    data = store(list(wait.items))
    return {
        "kind": "child",
        "flow": wait.flow,
        "version": wait.version or "",
        "wait": wait.wait,
        "execution": derived("exe", *call, wait.key),
        "input": {"cid": data.cid, "count": data.count, "items": data.items},
    }
