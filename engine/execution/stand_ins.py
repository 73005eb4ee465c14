"""What steps do in a test of their flow: the case's mocks stand in for them, and none acts outside
unless the case allows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.base.errors import ErrorInfo, ErrorType
from engine.flow.cases import Case, Mock, case_of
from engine.flow.model import MAIN, Step
from engine.flow.plan import Plan
from engine.journal.facts import ExecutionStarted
from engine.ports.step_catalogue import Item


@dataclass(frozen=True, slots=True)
class StandIn:
    """What takes the place of a run: outputs, the step's own ``error``, or why it may not run."""

    outputs: Mapping[str, list[Item]] = field(default_factory=dict)
    error: ErrorInfo | None = None
    refused: ErrorInfo | None = None


def stand_in_of(plan: Plan, started: ExecutionStarted, step: Step, *, acts: bool) -> StandIn | None:
    """None where the step runs as ever. ``acts``: it reads or changes what is outside of the flow.

    An execution whose version does not have its case any more has no mocks and allows nothing.
    """
    if not started.case:
        return None
    case = case_of(plan.flow, started.case) or Case(started.case)
    mock = case.mocks.get(step.id)
    if mock is not None:
        return _mocked(plan, step, mock)
    if acts and not step.disabled and step.id not in case.allow and step.id not in started.pins:
        return StandIn(refused=_refusal(step, case))
    return None


def _mocked(plan: Plan, step: Step, mock: Mock) -> StandIn:
    if mock.error:
        return StandIn(error=ErrorInfo(mock.error_type, "mocked", mock.error, step=step.id))
    outputs = plan.ports[step.id].outputs
    first = outputs[0] if outputs else MAIN
    return StandIn({port or first: [dict(item) for item in items] for port, items in mock.outputs.items()})


def _refusal(step: Step, case: Case) -> ErrorInfo:
    message = (
        f"step {step.id!r} ({step.type}) reads or changes what is outside of the flow, so it does not run in "
        f"the test {case.name!r}: say under mocks what it gives, or name it under allow"
    )
    return ErrorInfo(ErrorType.VALIDATION_ERROR.value, "acts_in_test", message, step=step.id)
