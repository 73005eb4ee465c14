"""How data.set runs: fields of every item are added, replaced or kept."""

from __future__ import annotations

from typing import Any

from engine.flow.model import MAIN, Step
from engine.ports.policy import Policy
from engine.ports.sandbox import Ahead, ExpressionBatch
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.conversions import UNDEFINED
from engine.steps.data_set.converting import typed
from engine.steps.data_set.foretelling import rule_of
from engine.steps.data_set.manifest import MANIFEST, SetParameters
from engine.steps.item_errors import each_item
from engine.steps.paths import MISSING, get, with_field, without_field

Json = dict[str, Any]


class SetStep(StepType):
    """Gives one item for each that comes in, and its copies; what comes in is not changed."""

    manifest = MANIFEST

    def ahead(self, step: Step, batch: ExpressionBatch, policy: Policy) -> Ahead | None:
        """Its templates, and the fields they are for."""
        rule = rule_of(step.parameters, batch.templates)
        return None if rule is None else Ahead(batch if batch.templates else None, rule)

    def run(self, context: StepContext) -> StepResult:
        """Set the fields of every item; binary data stays unless ``keep`` is ``none``. Raises
        :class:`StepFailure` for a value that cannot be converted."""

        def work(item: Item, index: int) -> list[Item]:
            given: SetParameters = context.parameters(index)
            made = _set(item, given, index)
            if not given.copies or (given.copiesFor == "manual" and context.trigger.get("type") != "manual"):
                return [made]
            places = {"pairedItem": {"item": index}}
            return [{**made, **places} for _ in range(given.copies + 1)]

        return StepResult({MAIN: each_item(context, work)})


def _set(item: Item, given: SetParameters, index: int) -> Item:
    json = _kept(item["json"], given)
    for name, value in _new(given, index):
        if isinstance(value, dict) and value == UNDEFINED:
            json = without_field(json, name, given.dots)
        elif given.dots and ("." in name or "[" in name):
            json = with_field(json, name, value)
        else:
            json[name] = value
    keeps_files = given.files == "keep" or (given.files == "auto" and given.keep != "none")
    if keeps_files and item.get("binary"):
        return {"json": json, "binary": item["binary"]}
    return {"json": json}


def _new(given: SetParameters, index: int) -> list[tuple[str, Any]]:
    """Names and values in the order in which they are set."""
    lenient = given.onConversionError == "keep"
    fields = list((given.json_ or {}).items())
    fields += given.fields.items()
    fields += [(one.name, typed(one, index, lenient, given.nulls == "keep")) for one in given.values]
    return fields


def _kept(json: Json, given: SetParameters) -> Json:
    """A copy of the fields that stay."""
    if given.keep == "none":
        return {}
    if given.keep == "all":
        kept = dict(json)
        for name in given.drop:
            kept = without_field(kept, name, given.dots)
        return kept
    found: Json = {}
    for name in given.keep:
        value = get(json, name, given.dots)
        if value is not MISSING:
            alone = given.dots and given.keptAs == "name"
            found = with_field(found, name.rpartition(".")[2] if alone else name, value, given.dots)
    return found
