"""From a workflow to a flow: every node becomes a step, every connection a wire."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.api import (
    FAILURE,
    MAIN,
    Edge,
    Flow,
    InvalidInput,
    Limits,
    Metadata,
    QflowError,
    Step,
    StepCatalogue,
    step_problems,
)
from n8n_import.canvas import ROW, notes_of
from n8n_import.credentials import named, placeholders, told
from n8n_import.nodes import node_type
from n8n_import.own_facts import with_own_facts
from n8n_import.settings import error_output, flow_settings, pins_of, static_data, with_node_settings
from n8n_import.translating import HELP, Context, Draft, Issue, Unsupported
from n8n_import.words import Node, Wire, Workflow

UNSUPPORTED = "flow.unsupported"
ID_CHARACTERS_MAX = 128
NAME_CHARACTERS_MAX = 256
PORTS_MAX = 100


_READS_PARAMETERS = re.compile(r"\$(?:raw)?[pP]arameter\b|\.param(?:s|eter)\b")
"""Expressions that read the parameters of a node: they must see those that n8n's had."""


@dataclass
class Result:
    """A flow and what is said of how it came about. ``nodes`` counts nodes, ``runnable`` those of them
    that have an equivalent or are switched off."""

    flow: Flow
    nodes: int
    runnable: int
    issues: list[Issue] = field(default_factory=list)
    ports: Mapping[str, Made] = field(default_factory=dict)  # by the id of a node's last step


@dataclass(frozen=True)
class Made:
    """The steps of one node, and its ports in n8n's order."""

    steps: tuple[Step, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def assembled(
    workflow: Workflow,
    catalogue: StepCatalogue,
    limits: Limits,
    default_id: str,
    together: Sequence[Workflow] = (),
) -> Result:
    """The flow of a workflow; ``together`` are those of the same export, which it may name.

    Raises :class:`InvalidInput` where it has no nodes or too many.
    """
    nodes = workflow.steps()
    if not nodes or len(nodes) > limits.flow_steps_max:
        most = limits.flow_steps_max
        raise InvalidInput(f"workflow {workflow.name!r} has {len(nodes)} nodes; from 1 to {most} can be")
    issues = _oddities(workflow)
    ids = step_ids(nodes)
    made: dict[str, Made] = {}
    runnable = 0
    called = _by_name(together)
    for node, step_id in zip(nodes, ids, strict=True):
        context = Context(workflow, node, catalogue, called)
        drafts, supported = _translated(node, context)
        one = _made(node, step_id, drafts, catalogue)
        issues += [*context.issues, *_credentials(node)]
        runnable += supported or node.disabled
        made.setdefault(node.name, one)
        if made[node.name] is not one:
            made[f"{node.name}\0{step_id}"] = one
    by_name = {node.name: step_id for node, step_id in reversed(list(zip(nodes, ids, strict=True)))}
    flow = _flow(workflow, made, by_name, default_id, issues, called)
    ports = {one.steps[-1].id: one for one in made.values()}
    return Result(flow, len(nodes), runnable, issues, ports)


def _oddities(workflow: Workflow) -> list[Issue]:
    """What is odd about names and connections."""
    twin = "several nodes have this name; connections lead to the first of them"
    stranger = "a connection starts or ends at this, but the workflow has no such node"
    return [
        *(Issue(name, "", "differs", twin, f"{HELP}#names") for name in workflow.twins),
        *(Issue(name, "", "differs", stranger, f"{HELP}#connections") for name in workflow.strangers),
    ]


def _credentials(node: Node) -> list[Issue]:
    return [
        Issue(node.name, node.type, "note", told(kind, name), f"{HELP}#credentials")
        for kind, name in named(node)
    ]


def _flow(
    workflow: Workflow,
    made: Mapping[str, Made],
    ids: dict[str, str],
    default_id: str,
    issues: list[Issue],
    called: Callable[[str], str],
) -> Flow:
    description = workflow.raw.get("description")
    extra: dict[str, Any] = {"n8n": workflow.raw}
    notes = notes_of(workflow)
    if pins := pins_of(workflow, ids):
        extra["pins"] = pins
    if _READS_PARAMETERS.search(json.dumps([node.parameters for node in workflow.nodes])):
        extra["parameters"] = {ids[node.name]: node.parameters for node in workflow.steps()}
    if static := static_data(workflow, issues):
        extra["static"] = static
    if credentials := placeholders(workflow.nodes):
        extra["credentials"] = credentials
    return Flow(
        id=flow_id_of(workflow.id or default_id or workflow.name),
        name=workflow.name[:NAME_CHARACTERS_MAX],
        steps=tuple(step for one in made.values() for step in one.steps),
        edges=tuple(dict.fromkeys(_edges(workflow, made, issues))),
        description=description if isinstance(description, str) else "",
        settings=flow_settings(workflow, called),
        metadata=Metadata(tags=workflow.tags),
        format="n8n",
        extra=extra,
        canvas={"notes": notes} if notes else {},
    )


# --- nodes ------------------------------------------------------------------------------------------


def _translated(node: Node, context: Context) -> tuple[Sequence[Draft], bool]:
    """The steps of a node, and whether they can run."""
    kind = node_type(node.type)
    try:
        if kind is None:
            raise Unsupported(f"there is no step for {node.type} yet")
        drafts = kind.translate(node, context)
    except Unsupported as verdict:
        return [_refusal(node, context, str(verdict))], False
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError) as error:
        message = f"its parameters cannot be read ({type(error).__name__}: {error})"
        return [_refusal(node, context, message[:500])], False
    if kind.versions and node.version not in kind.versions:
        known = ", ".join(f"{version:g}" for version in kind.versions)
        context.differs(f"version {node.version:g} is taken for the nearest known one ({known})", "versions")
    listed = [drafts] if isinstance(drafts, Draft) else list(drafts)
    listed = [with_own_facts(draft, node) for draft in listed]
    problems = [problem for draft in listed for problem in _wrong(draft, context)]
    return ([_refusal(node, context, "; ".join(problems)[:1000])], False) if problems else (listed, True)


def _wrong(draft: Draft, context: Context) -> list[str]:
    """What the step type says of the parameters that came out."""
    try:
        return step_problems(context.catalogue, draft.type, draft.parameters)
    except QflowError as error:
        return [error.message]


def _refusal(node: Node, context: Context, message: str) -> Draft:
    severity = "note" if node.disabled else "unsupported"
    context.issues.append(Issue(node.name, node.type, severity, message, f"{HELP}#unsupported"))
    failing = error_output(node)
    return Draft(
        UNSUPPORTED,
        {
            "origin": "n8n",
            "nodeType": node.type,
            "nodeVersion": node.version,
            "missing": message,
            "inputs": min(context.inputs_used(), PORTS_MAX),
            "outputs": max(1, min(context.outputs_used() - failing, PORTS_MAX)),
            "original": node.parameters,
        },
    )


def _made(node: Node, step_id: str, drafts: Sequence[Draft], catalogue: StepCatalogue) -> Made:
    """The steps of a node in a row; the last one has its name, its id and its settings."""
    steps = []
    for number, draft in enumerate(drafts, 1):
        last = number == len(drafts)
        own_id = step_id if last else f"{step_id}--{number}"
        name = node.name if last else f"{node.name} ({number})"
        step = Step(own_id, draft.type, draft.parameters, name=name[:NAME_CHARACTERS_MAX])
        settled = with_node_settings(step, node)
        if settled.position is not None and not last:
            x, y = settled.position
            settled = replace(settled, position=(x, y - ROW * (len(drafts) - number)))
        steps.append(settled)
    first, last_one = drafts[0], drafts[-1]
    inputs = first.inputs or catalogue.get(first.type).ports_in(first.parameters)
    outputs = last_one.outputs or catalogue.get(last_one.type).ports_out(last_one.parameters)
    return Made(tuple(steps), tuple(inputs), tuple(outputs))


# --- connections ------------------------------------------------------------------------------------


def _edges(workflow: Workflow, made: Mapping[str, Made], issues: list[Issue]) -> list[Edge]:
    """Wires inside the nodes, then those between them."""
    inner = [
        Edge(before.id, after.id)
        for one in made.values()
        for before, after in zip(one.steps, one.steps[1:], strict=False)
    ]
    types = {node.name: node for node in reversed(workflow.nodes)}
    outer = []
    issues += _parts(workflow, types)
    for wire in workflow.wires:
        if wire.source not in made or wire.target not in made:
            continue  # a sticky note
        if wire.kind != MAIN:
            continue  # a part that hangs on its node: the node itself says that it is missing
        edge = _edge(wire, made, types[wire.source])
        if edge is None:
            message = f"the connection to {wire.target!r} starts or ends where the step has no port"
            node = types[wire.source]
            issues.append(Issue(node.name, node.type, "differs", message, f"{HELP}#connections"))
        else:
            outer.append(edge)
    return inner + outer


def _parts(workflow: Workflow, nodes: Mapping[str, Node]) -> list[Issue]:
    """What hangs on a node otherwise than by its input (a model, a tool, a memory) is not used."""
    kinds: dict[str, dict[str, None]] = {}
    for wire in workflow.wires:
        if wire.kind != MAIN and wire.target in nodes:
            kinds.setdefault(wire.target, {})[wire.kind] = None
    return [
        Issue(
            name,
            nodes[name].type,
            "differs",
            f"what is connected to it as {', '.join(found)} is not used here",
            f"{HELP}#parts",
        )
        for name, found in kinds.items()
    ]


def _edge(wire: Wire, made: Mapping[str, Made], source: Node) -> Edge | None:
    begin, end = made[wire.source], made[wire.target]
    into = end.inputs[wire.input] if wire.input < len(end.inputs) else None
    if wire.output < len(begin.outputs):
        port: str | None = begin.outputs[wire.output]
    else:
        port = FAILURE if error_output(source) and wire.output == len(begin.outputs) else None
    if port is None or into is None:
        return None
    return Edge(begin.steps[-1].id, end.steps[0].id, port, into)


# --- names ------------------------------------------------------------------------------------------


def flow_id_of(text: str) -> str:
    """A workflow's id, or its name, as the id of a flow."""
    return _plain(text, r"[^A-Za-z0-9._-]+") or "workflow"


def _by_name(together: Sequence[Workflow]) -> Callable[[str], str]:
    """The flow that a workflow means by an id, or by a name that one workflow of the export bears."""
    ids = {workflow.id for workflow in together if workflow.id}
    count = Counter(workflow.name for workflow in together)
    named = {one.name: one.id or one.name for one in together if count[one.name] == 1}
    return lambda text: flow_id_of(text if text in ids else named.get(text, text))


def step_ids(nodes: Sequence[Node]) -> list[str]:
    """An id for each node, made from its name; none has ``--``, which marks steps inside a node."""
    taken: set[str] = set()
    ids = []
    for node in nodes:
        stem = _plain(node.name, r"[^A-Za-z0-9_-]+|--+")[: ID_CHARACTERS_MAX - 12] or "node"
        own, number = stem, 2
        while own in taken:
            own, number = f"{stem}_{number}", number + 1
        taken.add(own)
        ids.append(own)
    return ids


def _plain(text: str, others: str) -> str:
    return re.sub(others, "_", text).strip("_.-")[:ID_CHARACTERS_MAX]
