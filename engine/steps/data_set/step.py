"""How data.set runs: fields of every item are added, replaced or kept."""

from __future__ import annotations

from typing import Any

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_set.manifest import MANIFEST, SetParameters


class SetStep(StepType):
    """Gives one item for each that comes in; what comes in is not changed."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Set the fields of every item; binary data stays unless ``keep`` is ``none``."""
        parameters = context.parameters
        return StepResult({MAIN: [_set(item, parameters(n)) for n, item in enumerate(context.items)]})


def _set(item: Item, given: SetParameters) -> Item:
    json = _kept(item["json"], given.keep)
    if given.dots:
        for name, value in given.fields.items():
            if "." in name:
                _put(json, name.split("."), value)
            else:
                json[name] = value
    else:
        json.update(given.fields)
    if given.keep != "none" and item.get("binary"):
        return {"json": json, "binary": item["binary"]}
    return {"json": json}


def _kept(json: dict[str, Any], keep: str | list[str]) -> dict[str, Any]:
    if keep == "all":
        return dict(json)
    if keep == "none":
        return {}
    return {name: json[name] for name in keep if name in json}


def _put(json: dict[str, Any], parts: list[str], value: Any) -> None:
    """Set a field inside objects, copying each object on the way; what is no object is replaced."""
    for part in parts[:-1]:
        inner = json.get(part)
        json[part] = dict(inner) if isinstance(inner, dict) else {}
        json = json[part]
    json[parts[-1]] = value
