"""Finding the workflows in an export, whatever wraps them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from engine.api import InvalidInput, Limits, Problem
from n8n_import.words import Json, Workflow, objects, workflow_of

DEPTH_MAX = 100
"""Levels of lists and objects inside each other; real workflows have a dozen."""

WRAPPERS = ("workflow", "workflows", "data", "items", "workflowData")
"""Keys under which bundles, backups, API answers and template pages keep workflows."""


def read_workflows(data: bytes, name: str, limits: Limits) -> list[Workflow]:
    """Every workflow of an export: one alone, an array, a bundle, an instance backup, or a workflow per
    line. ``name`` is the file's. Raises :class:`InvalidInput` where there is none."""
    value = parsed(data, limits)
    stem = PurePath(name).stem or "workflow"
    found = [workflow_of(raw, stem) for raw in _found(value)]
    if not found:
        problem = Problem(
            "", "no object with nodes was found", "no_workflow", hint="export it from n8n again"
        )
        raise InvalidInput("this is no n8n workflow", [problem])
    return found


def is_n8n(data: bytes, limits: Limits) -> bool:
    """Whether a text holds n8n workflows."""
    if b'"nodes"' not in data:
        return False
    try:
        return any(True for _ in _found(parsed(data, limits)))
    except InvalidInput:
        return False


def parsed(data: bytes, limits: Limits) -> Any:
    """The JSON value of a text, or the values of its lines."""
    if len(data) > limits.request_body_bytes_max:
        most = limits.request_body_bytes_max
        raise InvalidInput(
            f"the export has {len(data)} bytes; at most {most} are read (request_body_bytes_max)"
        )
    text = data.decode("utf-8-sig", "replace")
    try:
        value = json.loads(text, parse_constant=lambda _: None)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        value = _lines(text, error)
    if deeper_than(value, DEPTH_MAX):
        raise _too_deep()
    return _storable(value)


def _storable(value: Any) -> Any:
    """The value with lone surrogates, which no store takes, replaced."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.loads(text.encode("utf-8", "replace"))
    return value


def deeper_than(value: Any, most: int) -> bool:
    """Whether a value has more levels than ``most``; needs no stack itself."""
    level = [value]
    for _ in range(most):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> list[Any]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [inner for inner in inside if isinstance(inner, dict | list)]


def _lines(text: str, error: ValueError) -> list[Any]:
    """A value per line, as database exports write them."""
    try:
        values = [
            json.loads(line, parse_constant=lambda _: None) for line in text.splitlines() if line.strip()
        ]
    except (ValueError, RecursionError):
        raise InvalidInput(f"the export is not JSON: {error}") from error
    if not values:
        raise InvalidInput("the export is empty")
    return values


def _too_deep() -> InvalidInput:
    return InvalidInput(f"the export is nested deeper than {DEPTH_MAX} levels")


def _found(value: Any) -> Iterator[Json]:
    """The workflows inside a value, in their order; what stands inside one is not looked at."""
    todo = [value]
    while todo:
        here = todo.pop()
        if isinstance(here, list):
            todo.extend(reversed(objects(here)))
        elif isinstance(here, dict):
            opened = _stored(here)
            if isinstance(opened.get("nodes"), list):
                yield opened
            else:
                todo.extend(here[key] for key in reversed(WRAPPERS) if isinstance(here.get(key), dict | list))


def _stored(raw: Json) -> Json:
    """A workflow whose parts are JSON texts, as a database dump holds them, with these parsed."""
    texts = ("nodes", "connections", "settings", "pinData", "staticData", "meta")
    if "nodes" not in raw:
        return raw
    opened = {key: _opened(raw[key]) for key in texts if isinstance(raw.get(key), str)}
    return {**raw, **opened} if opened else raw


def _opened(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
