"""Definition text to flow: reads it, finds out its format, and reports all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.base.errors import InvalidInput, Problem
from engine.base.limits import Limits
from engine.flow.case_checks import check_cases
from engine.flow.catalogue import TypeCatalogue
from engine.flow.document import Document, Report
from engine.flow.draft import Draft, Drafts
from engine.flow.graph_checks import check_graph
from engine.flow.jsonflow_format import flow_id_of, read_jsonflow
from engine.flow.model import Flow
from engine.flow.qflow_format import read_qflow
from engine.flow.reader import read_document
from engine.flow.references import ROOTS, check_expressions, check_references, scanned


@dataclass(frozen=True, slots=True)
class Parsed:
    """The flow, or None where any problem is an error; warnings come beside the flow."""

    flow: Flow | None
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that make the definition unusable."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def parse_flow(
    text: str | bytes,
    catalogue: TypeCatalogue,
    *,
    default_id: str | None = None,
    limits: Limits = Limits(),  # noqa: B008 - a frozen value
    draft: bool = False,
) -> Parsed:
    """Read a Flow Definition or a JSONFlow workflow, in JSON or YAML.

    Never raises: whatever the text is, the problems say what is wrong with it, each with its path
    and 1-based line. ``default_id`` is the flow's id where the definition gives none. In a ``draft``
    steps may lack parameters, wires and references that it needs to run; that is then ``incomplete``.
    """
    try:
        document = read_document(text, limits)
    except InvalidInput as error:
        return Parsed(None, error.problems)
    return parse_document(document, catalogue, default_id=default_id, limits=limits, draft=draft)


def parse_document(
    document: Document,
    catalogue: TypeCatalogue,
    *,
    default_id: str | None = None,
    limits: Limits = Limits(),  # noqa: B008 - a frozen value
    draft: bool = False,
) -> Parsed:
    """Like :func:`parse_flow`, for a definition that is read already."""
    report = Report(document)
    value = document.value
    if not _is_outline(value, limits, report, draft):
        return Parsed(None, report.problems())
    read = read_jsonflow if format_of(value) == "jsonflow" else read_qflow
    spare_id = flow_id_of(default_id or "") or None
    flow, drafts, wires = read(value, catalogue, spare_id, report)
    lenient = report.of_draft() if draft else report
    for step in drafts.ordered:
        _check_step(step, drafts, catalogue, lenient)
    check_graph(drafts, wires, lenient)
    if flow is not None:
        check_cases(flow.tests, drafts, lenient)
    return Parsed(None if report.has_errors else flow, report.problems())


def format_of(value: Mapping[str, Any]) -> str:
    """``jsonflow``, ``n8n`` or ``qflow``, by the keys that only one of them has."""
    if "workflow" in value:
        return "jsonflow"
    if "nodes" in value and "steps" not in value:
        return "n8n"
    return "qflow"


def _is_outline(value: Any, limits: Limits, report: Report, draft: bool) -> bool:
    """Whether the value is worth reading on: a mapping with a list of steps that is not too long."""
    if not isinstance(value, dict):
        report.error((), "a flow is a mapping with id and steps", "dict_type")
        return False
    if format_of(value) == "n8n":
        report.error(("nodes",), "this is an n8n workflow", "n8n_workflow", "read it with: qflow import")
        return False
    steps = value.get("steps")
    if isinstance(steps, list) and len(steps) > limits.flow_steps_max:
        message = f"{len(steps)} steps; at most {limits.flow_steps_max} are allowed"
        report.error(("steps",), message, "too_many_steps", "split it into sub-flows")
        return False
    if steps is None:
        report.error(("steps",), "is required", "missing", "list the flow's steps")
    elif not isinstance(steps, list) or not (steps or draft):
        report.error(("steps",), "must be a list of at least one step", "list_type")
    return True


def _check_step(draft: Draft, drafts: Drafts, catalogue: TypeCatalogue, report: Report) -> None:
    step, path = draft.step, (*draft.path, "params")
    if step.id in ROOTS:
        message = f"${step.id} means something else in references; the step cannot be referred to"
        report.warning((*draft.path, "id"), message, "reserved_id", "choose another id")
    check_references(scanned(step.parameters), path, drafts.by_id, report)
    check_expressions(scanned(step.parameters), path, report)
    if not draft.known:
        return
    for finding in catalogue.check(step.type, step.parameters):
        report.error((*path, *finding.path), finding.message, finding.code, finding.hint)
