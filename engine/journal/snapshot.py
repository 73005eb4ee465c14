"""A state as a plain map, for checkpoints, and back."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from engine.journal.facts import ExecutionStarted, from_plain, port_from_plain, port_to_plain, shown
from engine.journal.state import ExecutionState, Parked, Run, Source, Status, Task


def snapshot(state: ExecutionState) -> dict[str, Any]:
    """Everything needed to go on without the earlier facts."""
    return {
        "started": shown(state.started),
        "status": str(state.status),
        "sequence": state.sequence,
        "ready": [_task(task) for task in state.ready],
        "running": [_task(task) for task in state.running.values()],
        "parked": [[_task(p.task), dict(p.wait), p.since_us] for p in state.parked.values()],
        "retrying": [[_task(task), due] for task, due in state.retrying.values()],
        "joins": {step: [_inputs(j) for j in joins] for step, joins in state.joins.items()},
        "runs": {
            step: [[index, _run(run)] for index, run in runs.items()] for step, runs in state.runs.items()
        },
        "memory": dict(state.memory),
        "last": list(state.last) if state.last else None,
        "error": state.error,
        "answer": state.answer,
        "tasks_made": state.tasks_made,
        "runs_made": state.runs_made,
        "active_us": state.active_us,
        "receipts": list(state.receipts),
        "signals_seen": sorted(state.signals_seen),
        "checkpoints": state.checkpoints,
        "ended_us": state.ended_us,
        "epoch": state.epoch,
        "awaits": state.awaits,
        "custom": dict(state.custom),
    }


def restore(plain: Mapping[str, Any]) -> ExecutionState:
    """The state that :func:`snapshot` wrote."""
    started = from_plain(plain["started"])
    assert isinstance(started, ExecutionStarted)
    state = ExecutionState(started=started, status=Status(plain["status"]))
    state.ready = deque(_to_task(task) for task in plain["ready"])
    state.running = {task["id"]: _to_task(task) for task in plain["running"]}
    state.parked = {t["id"]: Parked(_to_task(t), wait, since) for t, wait, since in plain["parked"]}
    state.retrying = {task["id"]: (_to_task(task), due) for task, due in plain["retrying"]}
    state.joins = {s: [_to_inputs(j) for j in joins] for s, joins in plain["joins"].items()}
    state.runs = {step: {index: _to_run(run) for index, run in runs} for step, runs in plain["runs"].items()}
    state.memory = dict(plain["memory"])
    state.last = (plain["last"][0], plain["last"][1]) if plain["last"] else None
    state.receipts = list(plain["receipts"])
    state.signals_seen = set(plain["signals_seen"])
    state.checkpoints = [dict(checkpoint) for checkpoint in plain["checkpoints"]]
    for name in ("sequence", "error", "answer", "tasks_made", "runs_made", "active_us", "ended_us", "epoch"):
        setattr(state, name, plain[name])
    state.awaits = plain.get("awaits", "")
    state.custom = dict(plain.get("custom", {}))
    return state


def _inputs(inputs: Mapping[str, tuple[Source, ...]]) -> dict[str, Any]:
    return {port: [list(source) for source in sources] for port, sources in inputs.items()}


def _to_inputs(plain: Mapping[str, Any]) -> dict[str, tuple[Source, ...]]:
    return {port: tuple(Source(*source) for source in sources) for port, sources in plain.items()}


def _task(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "step": task.step,
        "inputs": _inputs(task.inputs),
        "run": task.run,
        "attempt": task.attempt,
        "signal": dict(task.signal) if task.signal else None,
    }


def _to_task(plain: Mapping[str, Any]) -> Task:
    return Task(
        plain["id"],
        plain["step"],
        _to_inputs(plain["inputs"]),
        plain["run"],
        plain["attempt"],
        plain["signal"],
    )


def _run(run: Run) -> dict[str, Any]:
    return {
        "status": run.status,
        "outputs": {port: port_to_plain(data) for port, data in run.outputs.items()},
        "inputs": _inputs(run.inputs),
        "times": [run.started_us, run.ended_us],
        "attempts": run.attempts,
        "error": run.error,
        "output_cid": run.output_cid,
        "order": run.order,
    }


def _to_run(plain: Mapping[str, Any]) -> Run:
    return Run(
        plain["status"],
        {port: port_from_plain(data) for port, data in plain["outputs"].items()},
        _to_inputs(plain["inputs"]),
        plain["times"][0],
        plain["times"][1],
        plain["attempts"],
        plain["error"],
        plain["output_cid"],
        plain["order"],
    )
