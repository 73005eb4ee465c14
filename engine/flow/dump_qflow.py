"""Flow to Flow Definition: every step says with ``next`` what follows."""

from __future__ import annotations

from typing import Any

from engine.flow.common import dump_metadata, dump_retry, dump_settings
from engine.flow.draft import PARALLEL
from engine.flow.model import FAILURE, MAIN, Edge, Flow, Step


def qflow_definition(flow: Flow) -> dict[str, Any]:
    """The Flow Definition of a flow, as a JSON value without keys at their default."""
    policy = dict(flow.policy)
    dao_policy = policy.get("dao_policy")
    if isinstance(dao_policy, str) and dao_policy:
        del policy["dao_policy"]
    else:
        dao_policy = None
    optional = {
        "name": flow.name if flow.name != flow.id else None,
        "version": flow.label if flow.label != "1.0.0" else None,
        "owner": flow.owner,
        "description": flow.description,
        "daoPolicy": dao_policy,
        "policy": policy,
        "settings": dump_settings(flow.settings),
        "metadata": dump_metadata(flow.metadata),
        "canvas": dict(flow.canvas),
        "pins": dict(flow.extra.get("pins", {})),
        "tests": [dict(case) for case in flow.tests],
    }
    return {"id": flow.id, **given(optional), "steps": _steps(flow)}


def given(values: dict[str, Any]) -> dict[str, Any]:
    """The entries that say something."""
    return {key: value for key, value in values.items() if value not in (None, "", {}, [], False)}


def _steps(flow: Flow) -> list[dict[str, Any]]:
    """Where no step has a wire the first one says ``next: {}``, or the listed order would hold."""
    alone = len(flow.steps) > 1 and not flow.edges
    outgoing: dict[str, list[Edge]] = {}
    for edge in flow.edges:
        outgoing.setdefault(edge.source, []).append(edge)
    return [
        _step(step, outgoing.get(step.id, []), alone and number == 0)
        for number, step in enumerate(flow.steps)
    ]


def _step(step: Step, edges: list[Edge], say_end: bool) -> dict[str, Any]:
    fails = any(edge.source_port == FAILURE for edge in edges)
    on_error = step.on_error if step.on_error != ("failure" if fails else "stop") else None
    optional = {
        "name": step.name,
        "params": dict(step.parameters),
        "timeout": step.timeout_ms,
        "retryPolicy": dump_retry(step.retry) if step.retry is not None else None,
        "onError": on_error,
        "join": step.join if step.join != "each" else None,
        **common_parts(step),
        "consensus": dict(step.consensus),
        "resourceLimits": step.requirements.get("limits"),
        "resourceRequirements": step.requirements.get("resources"),
        "nodePreference": step.requirements.get("node_preference"),
    }
    definition = {"id": step.id, "type": step.type, **given(optional)}
    ends = say_end or (step.type == PARALLEL and "branches" in step.parameters)
    if edges or ends:
        definition["next"] = _next(edges)
    return definition


def common_parts(step: Step) -> dict[str, Any]:
    """The parts of a step that no format has its own words for, in camelCase."""
    return {
        "notes": step.notes,
        "disabled": step.disabled,
        "executeOnce": step.execute_once,
        "alwaysOutput": step.always_output,
        "position": list(step.position) if step.position is not None else None,
    }


def _next(edges: list[Edge]) -> dict[str, str | list[str]]:
    targets: dict[str, list[str]] = {}
    for edge in edges:
        port = "" if edge.target_port == MAIN else f".{edge.target_port}"
        targets.setdefault(edge.source_port, []).append(f"{edge.target}{port}")
    return {port: names[0] if len(names) == 1 else names for port, names in targets.items()}
