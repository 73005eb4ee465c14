"""What the steps that run code share: the request to the sandbox, the policy's word, the limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from engine.base.errors import PayloadTooLarge, QflowError, StepFailure
from engine.flow.model import MAIN, Step
from engine.journal.custom_data import custom_text
from engine.ports.parameters import validated
from engine.ports.policy import Policy
from engine.ports.sandbox import Ahead, CodeRequest, CodeResult, Determinism, ExpressionBatch, SandboxLimits
from engine.ports.step_catalogue import Item, StepContext, StepResult
from engine.steps.item_errors import failed_item, goes_on
from engine.steps.reaching import host_of
from engine.validation.code_gate import check_code


def run_code(context: StepContext, language: str, parameters: type[BaseModel]) -> StepResult:
    """Run the step's code as it is written: references and expressions in it are not replaced.

    Raises :class:`StepFailure` with line and column, :class:`SandboxViolation` where it crosses a
    limit, :class:`PolicyViolation` where the subnet's policy does not allow it, and what the host
    answers with where the code does not catch it.
    """
    given = validated(parameters, context.step.parameters, context.step.id)
    try:
        return _run(context, language, given)
    except StepFailure as failure:
        if given.mode != "all" or not goes_on(context, failure):
            raise
        return StepResult({MAIN: [_failed(context, failure)]})


def _failed(context: StepContext, failure: StepFailure) -> Item:
    """The one item that tells of the error of code for all items."""
    item = failed_item(context, failure, 0)
    return {key: value for key, value in item.items() if key != "pairedItem"}


def _run(context: StepContext, language: str, given: Any) -> StepResult:
    request = CodeRequest(
        language=language,
        source=given.code,
        items=context.items,
        determinism=Determinism(context.now_us, context.seed, context.timezone),
        mode=given.mode,
        context=_about(context),
        tolerant=_is_tolerant(context.step, given),
        file=_files(context),
    )
    check_code(request.cid, context.policy)
    with host_of(context, (request.cid,)) as host:
        result = context.sandbox.run_code(request, _limits(context), host)
    return StepResult(
        {MAIN: result.items}, logs=result.logs, usage=result.usage, code=result.code, custom=_custom(result)
    )


def _custom(result: CodeResult) -> dict[str, str]:
    """What the code said of the execution, as far as it can be kept."""
    return dict(custom_text(key, value) for key, value in result.custom.items())


def code_ahead(
    step: Step, batch: ExpressionBatch, policy: Policy, language: str, parameters: type[BaseModel]
) -> Ahead | None:
    """What :func:`run_code` will ask for; None for code that the policy refuses or that is not valid."""
    try:
        given = validated(parameters, step.parameters, step.id)
        if step.on_error != "stop":
            return None
        request = CodeRequest(language, given.code, (), batch.determinism, given.mode, batch.context)
        check_code(request.cid, policy)
    except QflowError:
        return None
    about = {**batch.context, "parameter": _others(step)}
    return Ahead(replace(request, context=about), {"follow": "code"})


def _is_tolerant(step: Step, given: Any) -> bool:
    """Whether items of which the code fails are told of, and the others go on."""
    return bool(given.mode == "each" and step.on_error != "stop" and step.retry is None)


def _others(step: Step) -> dict[str, Any]:
    """The parameters beside the code."""
    return {name: value for name, value in step.parameters.items() if name != "code"}


def _files(context: StepContext) -> Callable[[str], bytes]:
    """Reads files of the step's items by their ids, and no others."""

    def read(id: str) -> bytes:
        entry = _entries(context).get(id)
        if entry is None:
            raise StepFailure("the file is none of the items that the step was given")
        if entry.get("bytes", 0) > context.limits.step_output_bytes_max:
            limit = context.limits.step_output_bytes_max
            raise PayloadTooLarge(f"a file for code of more than {limit} bytes (step_output_bytes_max)")
        with context.binaries.open(entry) as stream:
            return stream.read()

    return read


def _entries(context: StepContext) -> dict[str, Mapping[str, Any]]:
    files = (item.get("binary") or {} for items in context.inputs.values() for item in items)
    entries = (entry for named in files for entry in named.values())
    return {entry["id"]: entry for entry in entries if isinstance(entry, Mapping) and "id" in entry}


def _about(context: StepContext) -> dict[str, Any]:
    """What the code may know beside its items, as in an expression."""
    mode = context.trigger.get("mode", "")
    about: dict[str, Any] = {
        "node": context.step.title,
        "run": context.run,
        "workflow": {"id": context.flow.id, "name": context.flow.name, "active": mode == "production"},
        "execution": {"id": context.execution_id, "mode": mode},
        **context.about,
        "parameter": _others(context.step),
    }
    if len(context.inputs) > 1:
        about["inputs"] = list(context.inputs.values())
    return about


def _limits(context: StepContext) -> SandboxLimits:
    limits = context.limits
    return SandboxLimits(
        memory_bytes=limits.sandbox_memory_bytes_max,
        deadline_ms=min(limits.sandbox_deadline_ms, context.timeout_ms),
        input_bytes=limits.step_output_bytes_max,
        output_bytes=limits.step_output_bytes_max,
    )
