"""How trigger.subflow runs: it checks what the caller hands over and passes it on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.base.errors import InvalidInput, Problem
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, TriggerType
from engine.steps.trigger_subflow.manifest import MANIFEST, InputField, SubflowTriggerParameters

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "list": (list,),
}


class SubflowTrigger(TriggerType):
    """Starts a flow because another one calls it."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`InvalidInput` with every field that is missing or of a wrong type."""
        given: SubflowTriggerParameters = context.parameters()
        fields: Sequence[InputField] = given.inputs
        if not fields:
            return StepResult({MAIN: context.items})
        problems = [
            problem
            for index, item in enumerate(context.items)
            for field in fields
            if (problem := _problem(index, item["json"], field))
        ]
        if problems:
            raise InvalidInput(f"flow {context.flow.id!r} was called with wrong input", problems)
        whole = given.others == "keep"
        return StepResult({MAIN: [_completed(item, fields, whole) for item in context.items]})


def _problem(index: int, json: dict[str, Any], field: InputField) -> Problem | None:
    path = f"items[{index}].json.{field.name}"
    value = json.get(field.name)
    if value is None:
        hint = field.description or f"hand over a {field.type}"
        return Problem(path, "is missing", "missing", hint=hint) if field.required else None
    if field.type == "any":
        return None
    fits = isinstance(value, _TYPES[field.type]) and (field.type == "boolean" or not isinstance(value, bool))
    return None if fits else Problem(path, f"must be a {field.type}, not {value!r:.80}", "wrong_type")


def _completed(item: Item, fields: Sequence[InputField], whole: bool) -> Item:
    json = item["json"]
    found = {
        field.name: field.default if json.get(field.name) is None else json[field.name] for field in fields
    }
    return {**item, "json": {**json, **found} if whole else found}
