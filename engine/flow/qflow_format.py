"""Reads the Flow Definition: onSuccess, onFailure, next, parallel branches and listed order."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from engine.flow.canvas import canvas_of
from engine.flow.cases import tests_of
from engine.flow.catalogue import TypeCatalogue
from engine.flow.common import metadata_of, requirements, retry_policy, settings_of, without_nulls
from engine.flow.document import Path, Report, nearest
from engine.flow.draft import CONDITION, PARALLEL, Draft, Drafts, Wire, in_order, resolve_type, settled
from engine.flow.model import FAILURE, Flow, Step
from engine.flow.parallel import Branching, join_branches
from engine.flow.shape_check import check_shape
from engine.flow.shapes import QflowHeader, QflowStep

TYPE_WORDS = {"condition": CONDITION, "parallel": PARALLEL, "event-trigger": "trigger.event"}
"""Values of ``type`` that say what the step is, without an ``action``."""

_WORDS = ("task", *TYPE_WORDS)


def read_qflow(
    value: dict[str, Any], catalogue: TypeCatalogue, default_id: str | None, report: Report
) -> tuple[Flow | None, Drafts, list[Wire]]:
    """The flow, or None where even its outline is missing; its steps and wires for the checks."""
    drafts = Drafts(report)
    header = check_shape(
        QflowHeader, without_nulls({k: v for k, v in value.items() if k != "steps"}), (), report
    )
    shapes = _steps(value.get("steps"), catalogue, drafts, report)
    wires = settled(in_order(_Wiring(drafts, shapes).wires(), drafts.ordered), drafts)
    if header is None:
        return None, drafts, wires
    flow_id = header.id or default_id
    if flow_id is None:
        report.error(("id",), "is required", "missing", "id: my-flow")
    policy = {"dao_policy": header.dao_policy} if header.dao_policy else {}
    flow = Flow(
        id=flow_id or "unnamed",
        name=header.name or flow_id or "unnamed",
        steps=drafts.finished(wires),
        edges=tuple(wire.edge for wire in wires),
        label=header.version or "1.0.0",
        owner=header.owner,
        description=header.description,
        settings=settings_of(header.settings, report),
        metadata=metadata_of(header.metadata),
        policy={**header.policy, **policy},
        extra=_pins(header, drafts, report),
        canvas=canvas_of(header.canvas, drafts.by_id, report),
        tests=tests_of(header.tests),
    )
    return flow, drafts, wires


def _pins(header: QflowHeader, drafts: Drafts, report: Report) -> dict[str, Any]:
    for step in header.pins:
        if step not in drafts.by_id:
            report.error(("pins", step), "there is no such step", "unknown_step", nearest(step, drafts.by_id))
    pins = {step: [item.model_dump(by_alias=True) for item in items] for step, items in header.pins.items()}
    return {"pins": pins} if pins else {}


def _steps(value: Any, catalogue: TypeCatalogue, drafts: Drafts, report: Report) -> dict[str, QflowStep]:
    shapes: dict[str, QflowStep] = {}
    for index, raw in enumerate(value if isinstance(value, list) else []):
        path: Path = ("steps", index)
        shape = check_shape(QflowStep, without_nulls(raw), path, report)
        if shape is None:
            continue
        drafts.add(_draft(index, shape, path, catalogue, report))
        shapes.setdefault(shape.id, shape)
    return shapes


def _draft(index: int, shape: QflowStep, path: Path, catalogue: TypeCatalogue, report: Report) -> Draft:
    kind = _type(shape, path, catalogue, report)
    step = Step(
        id=shape.id,
        type=kind or shape.action or shape.type,
        parameters=shape.params,
        name=shape.name or "",
        timeout_ms=shape.timeout,
        retry=retry_policy(shape.retry_policy, (*path, "retryPolicy"), report),
        disabled=bool(shape.disabled),
        execute_once=bool(shape.execute_once),
        always_output=bool(shape.always_output),
        requirements=requirements(
            limits=shape.resource_limits,
            resources=shape.resource_requirements,
            node_preference=shape.node_preference,
        ),
        consensus=shape.consensus or {},
        notes=shape.notes or "",
        position=(shape.position[0], shape.position[1]) if shape.position else None,
    )
    draft = Draft(index, step, kind is not None, on_error=shape.on_error, join=shape.join)
    if kind is not None:
        draft.trigger = catalogue.is_trigger(kind)
        draft.ports = catalogue.ports(kind, shape.params)
    return draft


def _type(shape: QflowStep, path: Path, catalogue: TypeCatalogue, report: Report) -> str | None:
    if shape.type == "module-call":
        report.error(
            (*path, "type"),
            "module-call names an ecosystem module, and this node has no adapters for those",
            "module_unsupported",
            "call one of the subnet with $helpers.callModule in code, one elsewhere with http.request",
        )
        return None
    if shape.type == "task" and shape.action is None:
        report.error(
            (*path, "action"), "says which step type it is; it is missing", "missing", "action: http.request"
        )
        return None
    if shape.type in _WORDS:
        where, name = ("action", shape.action) if shape.action else ("type", TYPE_WORDS[shape.type])
        return resolve_type(name, (*path, where), catalogue, report)
    kind = resolve_type(shape.type, (*path, "type"), catalogue, report, (*_WORDS, "module-call"))
    if shape.action is not None and kind is not None and shape.action not in (kind, shape.type):
        message = f"type says {kind!r} and action {shape.action[:64]!r}"
        report.error((*path, "action"), message, "contradiction", "leave action out")
    return kind


class _Wiring:
    """Turns what the steps say about what comes next into wires."""

    def __init__(self, drafts: Drafts, shapes: dict[str, QflowStep]) -> None:
        self._drafts, self._shapes, self._report = drafts, shapes, drafts.report

    def wires(self) -> list[Wire]:
        if not any(_has_wiring(draft, self._shapes[draft.step.id]) for draft in self._drafts.ordered):
            return self._listed_order()
        wires: list[Wire] = []
        branchings: list[Branching] = []
        for draft in self._drafts.ordered:
            shape = self._shapes[draft.step.id]
            branching = self._branching(draft, shape)
            if branching is not None:
                branchings.append(branching)
            wires += self._of_step(draft, shape, branching is not None)
        join_branches(self._drafts, branchings, wires)
        self._check_failures(wires)
        return wires

    def _listed_order(self) -> list[Wire]:
        """No step says what comes next: triggers lead to the first other step, and so on down."""
        work = [draft for draft in self._drafts.ordered if not draft.trigger]
        triggers = [draft for draft in self._drafts.ordered if draft.trigger]
        pairs = [(trigger, work[0]) for trigger in triggers if work]
        pairs += list(pairwise(work))
        return [self._drafts.wire(a, None, b, None, a.path) for a, b in pairs]

    def _of_step(self, draft: Draft, shape: QflowStep, branching: bool) -> list[Wire]:
        condition = draft.step.type == CONDITION
        wires: list[Wire] = []
        if shape.on_success is not None and not branching:
            port = "true" if condition else None
            wires += self._to(draft, port, shape.on_success, ("onSuccess",))
        if shape.on_failure is not None:
            wires += self._to(draft, "false" if condition else FAILURE, shape.on_failure, ("onFailure",))
        self._refuse_double(draft, shape, wires)
        for port, targets in (shape.next or {}).items():
            if isinstance(targets, str):
                wires += self._to(draft, port, targets, ("next", port))
                continue
            for number, target in enumerate(targets):
                wires += self._to(draft, port, target, ("next", port, number))
        return wires

    def _to(self, draft: Draft, port: str | None, text: str, where: Path) -> list[Wire]:
        path = (*draft.path, *where)
        end = self._drafts.end(text, path)
        if end is None:
            return []
        return [self._drafts.wire(draft, port, end[0], end[1], path)]

    def _refuse_double(self, draft: Draft, shape: QflowStep, wires: list[Wire]) -> None:
        for wire in wires:
            if wire.port in (shape.next or {}):
                word = str(wire.path[-1])
                message = f"{word} and next.{wire.port} both say what follows"
                self._report.error(wire.path, message, "contradiction", f"leave {word} out")

    def _branching(self, draft: Draft, shape: QflowStep) -> Branching | None:
        """The branches of a parallel step; ``next`` takes their place where it is given."""
        written = shape.params.get("branches")
        if draft.step.type != PARALLEL or not isinstance(written, list):
            return None
        starts = []
        for number, text in enumerate(written):
            path: Path = (*draft.path, "params", "branches", number)
            if not isinstance(text, str):
                self._report.error(path, "must be the id of a branch's first step", "string_type")
                continue
            end = self._drafts.end(text, path)
            if end is not None:
                starts.append((end[0], end[1], path))
        if shape.next is not None:
            return None
        join_path = (*draft.path, "onSuccess")
        join = self._drafts.end(shape.on_success, join_path) if shape.on_success else None
        return Branching(draft, starts, join, join_path)

    def _check_failures(self, wires: list[Wire]) -> None:
        failing = {wire.source: wire for wire in wires if wire.port == FAILURE}
        for draft in self._drafts.ordered:
            wire = failing.get(draft.step.id)
            if wire is not None and draft.on_error in ("stop", "continue"):
                message = f"onError {draft.on_error!r} never uses the way for failures"
                self._report.error(wire.path, message, "contradiction", "leave onError out")


def _has_wiring(draft: Draft, shape: QflowStep) -> bool:
    branches = draft.step.type == PARALLEL and "branches" in shape.params
    return branches or any(part is not None for part in (shape.on_success, shape.on_failure, shape.next))
