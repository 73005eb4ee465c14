"""Flow to JSONFlow: every step names its parents."""

from __future__ import annotations

from typing import Any

from engine.flow.common import dump_metadata, dump_retry, dump_settings
from engine.flow.dump_qflow import common_parts, given
from engine.flow.jsonflow_format import default_retry, flow_id_of
from engine.flow.model import FAILURE, MAIN, Edge, Flow, RetryPolicy, Step

_POLICY_KEYS = ("distributed", "fault_tolerance", "consensus", "isolation")


def jsonflow_definition(flow: Flow) -> dict[str, Any]:
    """The JSONFlow workflow of a flow, as a JSON value without keys at their default."""
    metadata = dump_metadata(flow.metadata)
    tenant = metadata.pop("daoSubnet", None)
    policy = {key: flow.policy[key] for key in _POLICY_KEYS if key in flow.policy}
    optional = {
        "id": flow.id if flow.id != flow_id_of(flow.name) else None,
        "version": flow.label if flow.label != "1.0.0" else None,
        "description": flow.description,
        "owner": flow.owner,
        "tenant_id": tenant,
        "policy": {key: value for key, value in flow.policy.items() if key not in policy},
        "settings": dump_settings(flow.settings),
        "metadata": metadata,
    }
    return {"workflow": flow.name, **given(optional), **policy, "steps": _steps(flow)}


def _steps(flow: Flow) -> list[dict[str, Any]]:
    incoming: dict[str, list[Edge]] = {}
    for edge in flow.edges:
        incoming.setdefault(edge.target, []).append(edge)
    failing = {edge.source for edge in flow.edges if edge.source_port == FAILURE}
    aliases = flow.extra.get("aliases", {})
    retry = default_retry(flow.policy)
    return [
        {
            "id": step.id,
            "type": _type(step, aliases.get(step.id)),
            **_parts(step, retry, step.id in failing),
            **_parents(step, incoming.get(step.id, [])),
        }
        for step in flow.steps
    ]


def _type(step: Step, alias: Any) -> str:
    """The name the type had when the step was read, while it is still the same type."""
    return str(alias[0]) if alias and alias[1] == step.type else step.type


def _parts(step: Step, retry: RetryPolicy | None, fails: bool) -> dict[str, Any]:
    consensus = dict(step.consensus)
    common = common_parts(step)
    optional = {
        "name": step.name,
        "params": dict(step.parameters),
        "retry_policy": dump_retry(step.retry) if step.retry not in (None, retry) else None,
        "on_error": step.on_error if step.on_error != ("failure" if fails else "stop") else None,
        "node_preference": step.requirements.get("node_preference"),
        "resource_requirements": {
            **given({"timeout_ms": step.timeout_ms}),
            **step.requirements.get("resources", {}),
        },
        "resource_limits": step.requirements.get("limits"),
        "notes": common["notes"],
        "disabled": common["disabled"],
        "execute_once": common["executeOnce"],
        "always_output": common["alwaysOutput"],
        "position": common["position"],
    }
    own = {
        name: consensus.pop(key)
        for name, key in (("consensus_required", "required"), ("min_confirmations", "min_confirmations"))
        if key in consensus
    }
    return {**given(optional), **own, **given({"consensus": consensus})}


def _parents(step: Step, edges: list[Edge]) -> dict[str, Any]:
    parents = [_parent(edge) for edge in edges]
    ports = [edge.target_port for edge in edges]
    own_ports = any(port != MAIN for port in ports)
    usual = "all" if len(set(parents)) > 1 and not own_ports else "each"
    return {
        **({"parent_step_ids": parents} if parents else {}),
        **({"parent_ports": ports} if own_ports else {}),
        **({"join": step.join} if step.join != usual else {}),
    }


def _parent(edge: Edge) -> str:
    """The port is always named unless it is ``main``: what a type's first port is may change."""
    return edge.source if edge.source_port == MAIN else f"{edge.source}.{edge.source_port}"
