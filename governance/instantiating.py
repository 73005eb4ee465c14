"""Making a flow of a template, by the form that its manifest describes.

``parameters`` of a manifest is a JSON Schema of an object. The form knows texts, numbers, yes or no, and
choices (``enum``); what it does not know is left out. Code gets the answers as fields of its first item; in a
flow a property is called ``STEP.PARAMETER``, and its answer becomes that parameter of the step.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.api import InvalidInput, Problem, definition_of, from_canonical

_STEP_TYPES = {"javascript": "code.javascript", "python": "code.python"}
_KINDS = {"string": "text", "number": "number", "integer": "number", "boolean": "checkbox"}
_LINE = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.-]{0,99})\s*=\s*(.*?)\s*")
PARAMETERS_MAX = 50


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form; ``kind`` is text, number, checkbox or choice."""

    name: str
    label: str
    kind: str
    default: Any = ""
    choices: tuple[str, ...] = ()
    help: str = ""
    whole: bool = False
    required: bool = False


def fields_of(schema: Mapping[str, Any]) -> list[Field]:
    """The fields that a manifest's parameters ask for, in their order."""
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return []
    required = schema.get("required") or ()
    found = [_field(str(name), one, name in required) for name, one in properties.items()]
    return [one for one in found if one is not None][:PARAMETERS_MAX]


def _field(name: str, schema: Any, required: bool) -> Field | None:
    if not isinstance(schema, Mapping):
        return None
    type, choices = schema.get("type", "string"), schema.get("enum")
    kind = "choice" if isinstance(choices, list) and choices else _KINDS.get(str(type))
    if kind is None:
        return None
    return Field(
        name=name,
        label=str(schema.get("title") or name),
        kind=kind,
        default=schema.get("default", ""),
        choices=tuple(map(str, choices or ())),
        help=str(schema.get("description") or ""),
        whole=type == "integer",
        required=required,
    )


def answers_of(fields: list[Field], form: Mapping[str, str]) -> dict[str, Any]:
    """The answers of a form, by name; raises :class:`InvalidInput` with all that is wrong. Fields that were
    left empty have no answer."""
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for field in fields:
        try:
            value = _answer(field, form.get(f"parameter-{field.name}", "").strip())
        except ValueError as error:
            problems.append(Problem(field.name, str(error)))
            continue
        if value is not None:
            found[field.name] = value
        elif field.required:
            problems.append(Problem(field.name, "it must be filled in"))
    if problems:
        raise InvalidInput("the form is not filled in right", problems)
    return found


def _answer(field: Field, text: str) -> Any:
    if field.kind == "checkbox":
        return bool(text)
    if not text:
        return None
    if field.kind == "choice" and text not in field.choices:
        raise ValueError(f"one of: {', '.join(field.choices)}")
    if field.kind != "number":
        return text
    number = _number(text)
    if number is None or (field.whole and not isinstance(number, int)):
        raise ValueError("a whole number" if field.whole else "a number")
    return number


def _number(text: str) -> int | float | None:
    if re.fullmatch(r"[+-]?\d{1,15}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"[+-]?\d{1,15}\.\d{1,15}", text, re.ASCII):
        return float(text)
    return None


def definition_from(template: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The definition of a flow made of a template; raises :class:`InvalidInput` for a module."""
    if template["type"] == "flow":
        definition = dict(definition_of(from_canonical({**template["flow"], "format": "qflow"})))
        return {**definition, "steps": [_filled(step, answers) for step in definition["steps"]]}
    if template["language"] not in _STEP_TYPES:
        raise InvalidInput("a module is used by a step of type code.wasm; it makes no flow by itself")
    run = {
        "id": "run",
        "name": template["name"],
        "type": _STEP_TYPES[template["language"]],
        "params": {"code": template["source"], "capabilities": template["capabilities"]},
    }
    if not answers:
        return {"steps": [run]}
    given = {"id": "given", "name": "Given", "type": "data.set", "params": {"fields": dict(answers)}}
    return {"steps": [{**given, "next": {"main": "run"}}, run]}


def _filled(step: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    prefix = f"{step['id']}."
    mine = {name.removeprefix(prefix): value for name, value in answers.items() if name.startswith(prefix)}
    return {**step, "params": {**(step.get("params") or {}), **mine}} if mine else dict(step)


def schema_from(lines: str) -> dict[str, Any]:
    """The schema that an author writes as lines ``name = usual value``; raises :class:`InvalidInput`."""
    properties: dict[str, Any] = {}
    for line in filter(str.strip, lines.splitlines()):
        found = _LINE.fullmatch(line)
        if found is None or len(properties) >= PARAMETERS_MAX:
            problem = Problem("parameters", f"{line.strip()[:60]!r}: write name = usual value")
            raise InvalidInput("the parameters are not valid", [problem])
        properties[found[1]] = _described(found[2])
    return {"type": "object", "properties": properties} if properties else {}


def _described(text: str) -> dict[str, Any]:
    if text in ("yes", "no", "true", "false"):
        return {"type": "boolean", "default": text in ("yes", "true")}
    number = _number(text)
    if number is not None:
        return {"type": "integer" if isinstance(number, int) else "number", "default": number}
    return {"type": "string", "default": text}
