"""Look at executions: headers, states, logs and measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.execution.scope import iso
from engine.journal import facts as f
from engine.journal.fold import fold
from engine.journal.state import ExecutionState
from engine.ports.access_store import Principal
from engine.ports.journal_store import Entry, ExecutionQuery, Header
from engine.ports.step_catalogue import Item
from engine.usecases.permission import own_execution, require
from engine.usecases.world import World


def get_execution(world: World, actor: Principal, execution: str) -> Header:
    """The header. Raises :class:`UnknownObject`."""
    return own_execution(world, actor, execution, "executions:read")


def list_executions(world: World, actor: Principal, query: ExecutionQuery) -> Sequence[Header]:
    """A page of the actor's subnet, newest first."""
    require(world, actor, "executions:read", f"flows/{query.flow}" if query.flow else "*")
    limit = min(query.limit, world.limits.page_size_max)
    return world.journal.list(replace(query, subnet=actor.subnet, limit=limit))


def execution_state(world: World, actor: Principal, execution: str) -> tuple[Header, ExecutionState]:
    """Header and folded state."""
    header = own_execution(world, actor, execution, "executions:read")
    return header, state_of(world, header)


def state_of(world: World, header: Header) -> ExecutionState:
    """The state that an execution's journal gives now."""
    plan = world.plans.get(header.subnet, header.version)
    _, entries = world.journal.load(header.id)
    return fold(plan, [entry.fact for entry in entries])


def items_of(world: World, header: Header, data: f.PortData | None) -> list[Item]:
    """The items of port data of an execution; none for None."""
    return world.worker.items.load(header.subnet, data) if data else []


def execution_logs(
    world: World, actor: Principal, execution: str, after: int = 0, limit: int = 1000
) -> list[dict[str, Any]]:
    """Log lines: one per fact, and one per line a step wrote.

    Shape: ``{"sequence", "time", "level", "event", "step"?, "run"?, "message"}``.
    """
    own_execution(world, actor, execution, "executions:read")
    lines = []
    for entry in world.journal.entries(execution, after, limit):
        lines.extend(_lines(entry))
    return lines


def _lines(entry: Entry) -> list[dict[str, Any]]:
    fact = entry.fact
    line: dict[str, Any] = {
        "sequence": entry.sequence,
        "time": iso(fact.at_us),
        "level": "error" if isinstance(fact, f.StepFailed | f.ExecutionFailed) else "info",
        "event": fact.TYPE,
    }
    for name in ("step", "run", "attempt"):
        if hasattr(fact, name):
            line[name] = getattr(fact, name)
    line["message"] = describe(fact)
    written = [{**line, "message": text, "event": "step.log"} for text in getattr(fact, "logs", ())]
    return [*written, line]


def describe(fact: f.Fact) -> str:
    """A fact in a sentence."""
    if isinstance(fact, f.ExecutionStarted):
        return f"started by {fact.trigger_type} ({fact.actor or 'nobody'}), version {fact.version}"
    if isinstance(fact, f.StepCompleted):
        count = ", ".join(f"{port}: {data.count}" for port, data in fact.outputs.items())
        took = (fact.at_us - fact.started_us) / 1000
        return f"step {fact.step} completed in {took:.1f} ms; items out: {count or 'none'}"
    if isinstance(fact, f.StepFailed):
        return f"step {fact.step} failed ({fact.action}): {fact.error.get('message')}"
    if isinstance(fact, f.StepStarted):
        return f"step {fact.step} started, attempt {fact.attempt}"
    if isinstance(fact, f.StepParked):
        return f"step {fact.step} waits ({fact.wait['kind']})"
    if isinstance(fact, f.SignalReceived):
        return f"a signal arrived ({fact.kind})"
    if isinstance(fact, f.ExecutionFailed):
        return f"failed: {fact.error.get('message')}"
    return fact.TYPE.replace(".", " ")


def execution_metrics(world: World, actor: Principal, execution: str) -> dict[str, Any]:
    """How long it took and what its steps did; times in milliseconds."""
    header, state = execution_state(world, actor, execution)
    steps = {}
    for step, runs in state.runs.items():
        took = sorted((run.ended_us - run.started_us) / 1000 for run in runs.values())
        steps[step] = {
            "runs": len(runs),
            "failed": sum(run.status == "failed" for run in runs.values()),
            "attempts": sum(run.attempts for run in runs.values()),
            "totalMs": round(sum(took), 3),
            "maxMs": round(took[-1], 3),
            "itemsOut": sum(data.count for run in runs.values() for data in run.outputs.values()),
        }
    end = header.ended_us or world.clock.now_us()
    return {
        "executionId": execution,
        "status": str(header.status),
        "durationMs": round((end - header.created_us) / 1000, 3),
        "startLatencyMs": _start_latency(state),
        "facts": header.sequence,
        "steps": steps,
    }


def _start_latency(state: ExecutionState) -> float | None:
    """From acceptance to the first step running."""
    begun = [run.started_us for runs in state.runs.values() for run in runs.values()]
    return round((min(begun) - state.started.at_us) / 1000, 3) if begun else None
