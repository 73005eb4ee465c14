"""Checks a part of a definition against its shape, and saves what is right of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.flow.document import Path, Report, nearest
from engine.flow.shapes import FLOW_ID, STEP_ID

ShapeT = TypeVar("ShapeT", bound=BaseModel)

_MESSAGES = {
    "missing": "is required",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "string_too_short": "must not be empty",
}

_PATTERNS = {
    STEP_ID: "must hold only letters, digits, _ and -",
    FLOW_ID: "must hold only letters, digits, dots, _ and -, and not begin with a dot or -",
}


def check_shape(model: type[ShapeT], value: Any, path: Path, report: Report) -> ShapeT | None:
    """Report everything that is wrong; give the shape of the rest, or None where too little is left.

    What is wrong is left out and the rest checked again, so that one wrong key does not hide what
    the graph checks would find.
    """
    if not isinstance(value, Mapping):
        report.error(path, "must be a mapping of keys to values", "dict_type")
        return None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        findings = error.errors(include_url=False)
    for finding in one_per_place(findings, value):
        report.error((*path, *place_of(finding, value)), *describe(model, finding))
    try:
        return model.model_validate(_without(value, [inside(f["loc"], value) for f in findings]))
    except ValidationError:
        return None


def one_per_place(findings: Iterable[ErrorDetails], value: Any) -> list[ErrorDetails]:
    """A value that may be of several kinds gives a finding per kind; the first one will do."""
    places: dict[Path, ErrorDetails] = {}
    for finding in findings:
        places.setdefault(place_of(finding, value), finding)
    return list(places.values())


def describe(model: type[BaseModel], finding: ErrorDetails) -> tuple[str, str, str | None]:
    """A finding's message, code and hint, in the words of definitions."""
    kind, location = finding["type"], finding["loc"]
    if kind == "missing":
        return "is required", "missing", None
    if kind == "extra_forbidden":
        key = str(location[-1])
        hint = nearest(key, known_keys(model, location[:-1]))
        return f"unknown key {key[:64]!r}", "unknown_key", hint
    if kind == "literal_error":
        return _describe_choice(finding)
    return _message(finding), kind, None


def place_of(finding: ErrorDetails, value: Any) -> Path:
    """Where in the value the finding belongs: a missing key has its own place."""
    location = finding["loc"]
    if finding["type"] == "missing":
        return (*inside(location[:-1], value), location[-1])
    return inside(location, value)


def _describe_choice(finding: ErrorDetails) -> tuple[str, str, str | None]:
    given, expected = finding["input"], str(finding.get("ctx", {}).get("expected", ""))
    choices = [word.strip("' ") for word in expected.replace(" or ", ",").split(",")]
    hint = nearest(given, choices) if isinstance(given, str) else None
    return f"must be one of: {', '.join(choices)}", "unknown_choice", hint


def _message(finding: ErrorDetails) -> str:
    kind, context = finding["type"], finding.get("ctx", {})
    words = _PATTERNS.get(str(context.get("pattern"))) or _MESSAGES.get(kind)
    if words is not None:
        return words
    if "error" in context:  # a model's own words
        return str(context["error"])
    return finding["msg"].replace("Input should be", "must be")


def inside(location: tuple[int | str, ...], value: Any) -> Path:
    """The part of a finding's location that is in the value: names of union members are not."""
    path: list[int | str] = []
    for part in location:
        if not _has(value, part):
            break
        value = value[part]
        path.append(part)
    return tuple(path)


def _has(value: Any, part: int | str) -> bool:
    if isinstance(value, Mapping):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value)


def known_keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that the model at a location knows, under the names that files use."""
    for part in location:
        inner = next((f.annotation for n, f in model.model_fields.items() if (f.alias or n) == part), None)
        found = _model_in(inner)
        model = found if found is not None else model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    return None


def _without(value: Any, paths: Iterable[Path]) -> Any:
    """A copy without the values at the paths. In a list the whole list goes: indexes must hold."""
    wrong = [path for path in paths if path]
    if isinstance(value, Mapping):
        gone = {path[0] for path in wrong if len(path) == 1 or isinstance(value[path[0]], list)}
        return {
            key: _without(item, [path[1:] for path in wrong if path[0] == key])
            for key, item in value.items()
            if key not in gone
        }
    return value
