"""References of the form ``$step.path`` in parameters.

A string that is a reference as a whole is replaced by the value it names; any other string stays
as it is. Grammar: ``$name`` then ``.key`` or ``[index]`` or ``["key"]`` parts.

========================  =====================================================================
``$json`` ``$input``      the current item's JSON
``$item``                 the current item, with ``json`` and ``binary``
``$items``                the JSON of all items of the first input port
``$trigger``              the JSON of the item that started the execution
``$execution``            ``id``, ``flow``, ``version``, ``mode``, ``run``
``$vars``                 variables of the execution
``$now``                  the time of this run, ISO 8601 in the flow's time zone
``$STEP.result``          an earlier step's output JSON (a list where it gave several items)
``$STEP.items``           the same, always as a list
``$STEP.PATH``            short for ``$STEP.result.PATH``
========================  =====================================================================

What does not exist is None, as in JSON; a step that has not run, or is not in the flow, is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from engine.base.errors import ExpressionFailed, InvalidInput, Problem
from engine.flow.references import parse_reference
from engine.ports.sandbox import ExpressionFault

Scope = Callable[[str], Any]
"""Gives the value of a root name, raising KeyError for a name that does not exist."""


def resolve(value: Any, scope: Scope, where: str, written: Mapping[str, Any] | None = None) -> Any:
    """The value with every reference replaced, and every template in ``written`` by its value.

    What was put in is not looked at again. Raises :class:`InvalidInput` or :class:`ExpressionFailed`,
    naming the place.
    """
    part = part_of(value, lambda text: written is not None and text in written)
    return value if part is None else part(scope, (None, where), written or {})


Place = tuple[Any, str | int]
"""Where a value stands: the place of what holds it, and its key; written out only for an error."""

Part = Callable[[Scope, Place, Mapping[str, Any]], Any]
"""Makes a value anew from what its references and templates name; what has none of them is taken as it is."""


def part_of(value: Any, is_template: Callable[[str], bool]) -> Part | None:
    """What makes a value; None where there is nothing in it to replace."""
    if isinstance(value, str):
        return _of_text(value, is_template(value))
    kind = type(value)
    if kind is dict or isinstance(value, Mapping):
        return _of_parts(value, dict, value.items(), is_template)
    if kind is list or kind is tuple:
        return _of_parts(value, list, enumerate(value), is_template)
    return None


def _of_parts(
    value: Any,
    copied: Callable[[Any], Any],
    entries: Iterable[tuple[Any, Any]],
    is_template: Callable[[str], bool],
) -> Part | None:
    found = [(key, part) for key, item in entries if (part := part_of(item, is_template)) is not None]
    if not found:
        return None

    def made(scope: Scope, place: Place, written: Mapping[str, Any]) -> Any:
        new = copied(value)
        for key, part in found:
            new[key] = part(scope, (place, key), written)
        return new

    return made


def _of_text(text: str, is_template: bool) -> Part | None:
    parsed = parse_reference(text) if text[:1] == "$" else None
    if not is_template and parsed is None:
        return None

    def made(scope: Scope, place: Place, written: Mapping[str, Any]) -> Any:
        if text in written:
            return _value_of(written[text], place)
        return text if parsed is None else _look_up(parsed, scope, text, _written_out(place))

    return made


def _written_out(place: Place) -> str:
    holder, key = place
    if holder is None:
        return str(key)
    return f"{_written_out(holder)}[{key}]" if isinstance(key, int) else f"{_written_out(holder)}.{key}"


def _value_of(value: Any, place: Place) -> Any:
    if isinstance(value, ExpressionFault):
        where = _written_out(place)
        hint = f" ({value.description})" if value.description else ""
        raise ExpressionFailed(f"{where}: {value.message}{hint}", path=where)
    return value


def _look_up(parsed: tuple[str, tuple[str | int, ...]], scope: Scope, text: str, where: str) -> Any:
    root, path = parsed
    try:
        value = scope(root)
    except KeyError as error:
        hint = str(error.args[0]) if error.args else None
        problem = Problem(where, f"{text} names nothing that has run", "unknown_reference", hint=hint)
        raise InvalidInput(f"{where}: {text} cannot be resolved", [problem]) from error
    if isinstance(value, StepOutput):
        value, path = value.enter(path)
    for part in path:
        value = _step_into(value, part)
    return value


def _step_into(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(str(part))
    if isinstance(value, list):
        index = part if isinstance(part, int) else (int(part) if part.isdecimal() else None)
        if index is not None and index < len(value):
            return value[index]
        return len(value) if part == "length" else None
    return None


class StepOutput:
    """What ``$STEP`` stands for: the JSON of the items its last run gave."""

    def __init__(self, values: list[Any]) -> None:
        self.values = values

    @property
    def result(self) -> Any:
        """One value for one item, else the list."""
        return self.values[0] if len(self.values) == 1 else self.values

    def enter(self, path: tuple[str | int, ...]) -> tuple[Any, tuple[str | int, ...]]:
        """Take ``result`` or ``items`` off the path; anything else is a path into the result."""
        if path and path[0] == "result":
            return self.result, path[1:]
        if path and path[0] == "items":
            return self.values, path[1:]
        return self.result, path


def nearest(name: str, known: list[str]) -> str:
    """A hint for an unknown name."""
    near = get_close_matches(name, known, 1)
    return f"did you mean ${near[0]}?" if near else f"known names: {', '.join(known[:12])}"
