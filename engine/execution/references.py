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

from collections.abc import Callable, Mapping
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
    return _resolved(value, scope, (None, where), written)


Place = tuple[Any, str | int]
"""Where a value stands: the place of what holds it, and its key; written out only for an error."""


def _written_out(place: Place) -> str:
    holder, key = place
    if holder is None:
        return str(key)
    return f"{_written_out(holder)}[{key}]" if isinstance(key, int) else f"{_written_out(holder)}.{key}"


def _resolved(value: Any, scope: Scope, place: Place, written: Mapping[str, Any] | None) -> Any:
    if isinstance(value, str):
        if written is not None and value in written:
            return _value_of(written[value], place)
        if value[:1] != "$":
            return value
        parsed = parse_reference(value)
        return value if parsed is None else _look_up(parsed, scope, value, _written_out(place))
    kind = type(value)
    if kind is dict or isinstance(value, Mapping):
        return {key: _resolved(item, scope, (place, key), written) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [_resolved(item, scope, (place, n), written) for n, item in enumerate(value)]
    return value


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
