"""Reads JSONFlow: parents become wires, fault tolerance a retry policy, the tenant a subnet."""

from __future__ import annotations

import re
from typing import Any

from engine.flow.catalogue import TypeCatalogue
from engine.flow.common import metadata_of, requirements, retry_policy, settings_of, without_nulls
from engine.flow.document import Path, Report
from engine.flow.draft import Draft, Drafts, Wire, resolve_type, settled
from engine.flow.model import Flow, Metadata, RetryPolicy, Step
from engine.flow.shape_check import check_shape
from engine.flow.shapes import JsonflowHeader, JsonflowStep


def flow_id_of(workflow: str) -> str:
    """The id that a workflow's name gives: its letters and digits, anything else as one ``-``."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", workflow).strip("-.")[:128]


def default_retry(policy: Any) -> RetryPolicy | None:
    """The retry policy that ``fault_tolerance`` gives to every step that has none of its own."""
    tolerance = policy.get("fault_tolerance")
    if not isinstance(tolerance, dict) or tolerance.get("retry_failed_steps") is False:
        return None
    retries = tolerance.get("max_retries")
    return RetryPolicy(attempts=retries + 1) if isinstance(retries, int) and retries > 0 else None


def adapter_retry(params: Any) -> RetryPolicy | None:
    """The retry policy in an adapter's options: ``{"retry": {"attempts": 3, "backoff": "exponential"}}``,
    or ``"retry_attempts": 3``."""
    options = params.get("options")
    if not isinstance(options, dict):
        return None
    retry = options.get("retry")
    wanted = retry if isinstance(retry, dict) else {"attempts": options.get("retry_attempts")}
    attempts = wanted.get("attempts")
    if not isinstance(attempts, int) or isinstance(attempts, bool) or attempts < 2:
        return None
    factor = 2.0 if wanted.get("backoff", "exponential") == "exponential" else 1.0
    return RetryPolicy(attempts=attempts, factor=factor)


def read_jsonflow(
    value: dict[str, Any], catalogue: TypeCatalogue, default_id: str | None, report: Report
) -> tuple[Flow | None, Drafts, list[Wire]]:
    """The flow, or None where even its outline is missing; its steps and wires for the checks."""
    drafts = Drafts(report)
    header = check_shape(
        JsonflowHeader, without_nulls({k: v for k, v in value.items() if k != "steps"}), (), report
    )
    policy = _policy(header, report) if header is not None else {}
    shapes = _steps(value.get("steps"), catalogue, default_retry(policy), drafts, report)
    wires = settled(_wires(drafts, shapes), drafts)
    if header is None:
        return None, drafts, wires
    flow_id = header.id or flow_id_of(header.workflow) or default_id
    if flow_id is None:
        report.error(("workflow",), "gives no id; write one under id", "missing", "id: my-flow")
    flow = Flow(
        id=flow_id or "unnamed",
        name=header.workflow,
        steps=drafts.finished(wires),
        edges=tuple(dict.fromkeys(wire.edge for wire in wires)),
        label=header.version or "1.0.0",
        owner=header.owner,
        description=header.description,
        settings=settings_of(header.settings, report),
        metadata=_metadata(header, report),
        policy=policy,
        format="jsonflow",
        extra=_aliases(drafts, shapes),
    )
    return flow, drafts, wires


def _policy(header: JsonflowHeader, report: Report) -> dict[str, Any]:
    policy: dict[str, Any] = dict(header.policy)
    tolerance = header.fault_tolerance
    if tolerance is not None:
        policy["fault_tolerance"] = tolerance.model_dump(exclude_none=True)
        if tolerance.retry_failed_steps is False and tolerance.max_retries:
            message = "max_retries has no effect while retry_failed_steps is false"
            report.warning(("fault_tolerance", "max_retries"), message, "contradiction")
    if header.consensus is not None:
        policy["consensus"] = header.consensus.model_dump(exclude_none=True)
    if header.isolation is not None:
        policy["isolation"] = header.isolation
    if header.distributed is not None:
        policy["distributed"] = header.distributed
    return policy


def _metadata(header: JsonflowHeader, report: Report) -> Metadata:
    tenant, metadata = header.tenant_id, header.metadata
    if not tenant:
        return metadata_of(metadata)
    if metadata.dao_subnet not in (None, tenant):
        message = f"tenant_id says {tenant[:64]!r} and metadata.daoSubnet something else"
        report.error(("tenant_id",), message, "contradiction", "leave metadata.daoSubnet out")
    return metadata_of(metadata.model_copy(update={"dao_subnet": tenant}))


def _steps(
    value: Any, catalogue: TypeCatalogue, retry: RetryPolicy | None, drafts: Drafts, report: Report
) -> dict[str, JsonflowStep]:
    shapes: dict[str, JsonflowStep] = {}
    for index, raw in enumerate(value if isinstance(value, list) else []):
        path: Path = ("steps", index)
        shape = check_shape(JsonflowStep, without_nulls(raw), path, report)
        if shape is None:
            continue
        drafts.add(_draft(index, shape, catalogue, retry, report))
        shapes.setdefault(shape.id, shape)
    return shapes


def _draft(
    index: int,
    shape: JsonflowStep,
    catalogue: TypeCatalogue,
    retry: RetryPolicy | None,
    report: Report,
) -> Draft:
    path: Path = ("steps", index)
    kind = resolve_type(shape.type, (*path, "type"), catalogue, report)
    trigger = kind is not None and catalogue.is_trigger(kind)
    own_retry = retry_policy(shape.retry_policy, (*path, "retry_policy"), report)
    own_retry = own_retry or adapter_retry(shape.params)
    resources = shape.resource_requirements
    step = Step(
        id=shape.id,
        type=kind or shape.type,
        parameters=shape.params,
        name=shape.name or "",
        timeout_ms=resources.timeout_ms if resources is not None else None,
        retry=own_retry or (None if trigger else retry),
        disabled=bool(shape.disabled),
        execute_once=bool(shape.execute_once),
        always_output=bool(shape.always_output),
        requirements=requirements(
            limits=shape.resource_limits,
            resources=resources and resources.model_dump(exclude_none=True, exclude={"timeout_ms"}),
            node_preference=shape.node_preference,
        ),
        consensus=_consensus(shape, path, report),
        notes=shape.notes or "",
        position=(shape.position[0], shape.position[1]) if shape.position else None,
    )
    ports = catalogue.ports(kind, shape.params) if kind is not None else None
    return Draft(index, step, kind is not None, trigger, ports, shape.on_error, shape.join)


def _consensus(shape: JsonflowStep, path: Path, report: Report) -> dict[str, Any]:
    consensus: dict[str, Any] = dict(shape.consensus or {})
    if shape.consensus_required is not None:
        consensus["required"] = shape.consensus_required
    if shape.min_confirmations is not None:
        consensus["min_confirmations"] = shape.min_confirmations
        if not shape.consensus_required:
            message = "has no effect unless consensus_required is true"
            report.warning((*path, "min_confirmations"), message, "contradiction")
    return consensus


def _wires(drafts: Drafts, shapes: dict[str, JsonflowStep]) -> list[Wire]:
    wires: list[Wire] = []
    for draft in drafts.ordered:
        shape = shapes[draft.step.id]
        own_ports = draft.places or shape.parent_ports
        if draft.join is None and len(set(shape.parent_step_ids)) > 1 and not own_ports:
            draft.join = "all"
        for number, text in enumerate(shape.parent_step_ids):
            path = (*draft.path, "parent_step_ids", number)
            end = drafts.end(text, path)
            port = shape.parent_ports[number] if number < len(shape.parent_ports) else None
            if end is not None:
                wires.append(drafts.wire(end[0], end[1], draft, port, path))
        _check_parent_ports(draft, shape, drafts.report)
    return wires


def _check_parent_ports(draft: Draft, shape: JsonflowStep, report: Report) -> None:
    if shape.parent_ports and len(shape.parent_ports) != len(shape.parent_step_ids):
        message = "must name one input port per entry of parent_step_ids"
        report.error((*draft.path, "parent_ports"), message, "contradiction")


def _aliases(drafts: Drafts, shapes: dict[str, JsonflowStep]) -> dict[str, Any]:
    """JSONFlow's own type names, kept so that an export uses them again."""
    written = {draft.step.id: shapes[draft.step.id].type for draft in drafts.ordered}
    aliases = {
        draft.step.id: [written[draft.step.id], draft.step.type]
        for draft in drafts.ordered
        if written[draft.step.id] != draft.step.type
    }
    return {"aliases": aliases} if aliases else {}
