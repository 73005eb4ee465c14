"""A flow that came from n8n as a workflow again: what was not touched is as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.api import FAILURE, Edge, Flow, InvalidInput, Limits, Step, StepCatalogue
from n8n_import.assembling import Result, assembled, step_ids
from n8n_import.canvas import placed_back
from n8n_import.translating import HELP, Issue
from n8n_import.words import MAIN, Json, Workflow, workflow_of

PLACEHOLDER = "n8n-nodes-base.noOp"
SECTION = f"{HELP}#export"


def exported(flow: Flow, catalogue: StepCatalogue) -> tuple[Json, list[Issue]]:
    """The workflow, and what could not go back; raises :class:`InvalidInput` for a flow of other origin.

    Names, positions, notes and switches go back, and so do connections; a step whose parameters were
    changed has its original ones, and a new step becomes a node that does nothing, with a note.
    """
    original = flow.extra.get("n8n")
    if not isinstance(original, dict):
        raise InvalidInput(f"flow {flow.id!r} did not come from n8n, so it cannot go back there")
    workflow = workflow_of(original)
    before = assembled(workflow, catalogue, Limits(), flow.id)
    issues: list[Issue] = []
    document = dict(original)
    if flow.name != before.flow.name:
        document["name"] = flow.name
    nodes = _nodes(flow, before, workflow, issues)
    if nodes != original.get("nodes"):
        document["nodes"] = nodes
    if set(flow.edges) != set(before.flow.edges) or _names(flow) != _names(before.flow):
        document["connections"] = _connections(flow, before, catalogue, original)
    return document, issues


def _names(flow: Flow) -> dict[str, str]:
    return {step.id: step.title for step in flow.steps}


def _nodes(flow: Flow, before: Result, workflow: Workflow, issues: list[Issue]) -> list[Any]:
    """The original's nodes in their order, without those that were removed, then the new ones."""
    found: list[Any] = []
    now, nodes = flow.by_id, workflow.steps()
    ids = dict(zip((id(node.raw) for node in nodes), step_ids(nodes), strict=True))
    for raw in workflow.raw["nodes"]:
        step_id = ids.get(id(raw))
        if step_id is None:
            found.append(raw)  # a sticky note, or what is no node
        elif step_id in now:
            found.append(_node(raw, before.flow.by_id[step_id], now[step_id], issues))
    fresh = [step for step in flow.steps if step.id not in before.flow.by_id]
    return found + [_placeholder(step, issues) for step in fresh]


def _node(raw: Json, before: Step, now: Step, issues: list[Issue]) -> Json:
    if before == now:
        return raw
    changed: Json = {}
    if now.title != before.title:
        changed["name"] = now.title
    if now.position != before.position and now.position is not None:
        changed["position"] = placed_back(now.position)
    for ours, theirs in (("notes", "notes"), ("disabled", "disabled"), ("execute_once", "executeOnce")):
        if getattr(now, ours) != getattr(before, ours):
            changed[theirs] = getattr(now, ours)
    if now.always_output != before.always_output:
        changed["alwaysOutputData"] = now.always_output
    if (now.type, now.parameters) != (before.type, before.parameters):
        message = "its parameters were changed here; the node has the original ones"
        issues.append(Issue(now.title, str(raw.get("type")), "differs", message, SECTION))
    return {**raw, **changed}


def _placeholder(step: Step, issues: list[Issue]) -> Json:
    issues.append(Issue(step.title, step.type, "unsupported", f"n8n has no node for {step.type}", SECTION))
    return {
        "id": step.id,
        "name": step.title,
        "type": PLACEHOLDER,
        "typeVersion": 1,
        "position": placed_back(step.position or (0.0, 0.0)),
        "parameters": {},
        "notes": f"Stands for the step {step.type}",
    }


def _connections(flow: Flow, before: Result, catalogue: StepCatalogue, original: Json) -> Json:
    """The wires as n8n numbers them; what is connected otherwise than ``main`` stays."""
    ports = {name: (made.inputs, made.outputs) for name, made in before.ports.items()}
    found: dict[str, dict[str, list[Any]]] = {}
    for edge in flow.edges:
        if "--" not in edge.source:  # else it is between the steps of one node
            _connect(found, edge, flow, ports, catalogue)
    known = original.get("connections")
    for source, kinds in known.items() if isinstance(known, dict) else ():
        others = (
            {kind: ends for kind, ends in kinds.items() if kind != MAIN} if isinstance(kinds, dict) else {}
        )
        if others:
            found.setdefault(source, {}).update(others)
    return found


def _connect(
    found: dict[str, dict[str, list[Any]]],
    edge: Edge,
    flow: Flow,
    ports: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]],
    catalogue: StepCatalogue,
) -> None:
    target = edge.target.partition("--")[0]
    outputs = _ports_of(edge.source, flow, ports, catalogue)[1]
    inputs = _ports_of(target, flow, ports, catalogue)[0]
    number = len(outputs) if edge.source_port == FAILURE else _place(outputs, edge.source_port)
    listed = found.setdefault(flow.by_id[edge.source].title, {}).setdefault(MAIN, [])
    listed.extend([] for _ in range(number + 1 - len(listed)))
    end = {"node": flow.by_id[target].title, "type": MAIN, "index": _place(inputs, edge.target_port)}
    listed[number].append(end)


def _ports_of(
    step_id: str,
    flow: Flow,
    ports: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]],
    catalogue: StepCatalogue,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if step_id in ports:
        return ports[step_id]
    step = flow.by_id[step_id]
    kind = catalogue.get(step.type)
    return tuple(kind.ports_in(step.parameters)), tuple(kind.ports_out(step.parameters))


def _place(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else 0
