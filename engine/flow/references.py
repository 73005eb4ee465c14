"""References (``$step.path``) in parameters: which names they use, and whether those exist."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from engine.flow.document import Path, Report, nearest

ROOTS = ("json", "input", "item", "items", "trigger", "execution", "vars", "now")
"""Names that stand for something other than a step."""

_REFERENCE = re.compile(r"\$([A-Za-z_][\w-]*)((?:\.[\w-]+|\[\d+\]|\[\"[^\"\]]*\"\]|\['[^'\]]*'\])*)\Z")
_PART = re.compile(r"\.([\w-]+)|\[(\d+)\]|\[\"([^\"\]]*)\"\]|\['([^'\]]*)'\]")


VERBATIM = frozenset({"code", "wat", "original"})
"""Parameters whose text is a program of its own, or another system's: nothing in it is a reference or an
expression."""


def scanned(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A step's parameters without those that are programs."""
    return {name: value for name, value in parameters.items() if name not in VERBATIM}


class Reference(NamedTuple):
    """A reference in a value: where it stands, the name it starts with, and its text."""

    path: Path
    name: str
    text: str


@lru_cache(maxsize=4096)
def parse_reference(text: str) -> tuple[str, tuple[str | int, ...]] | None:
    """Root name and path of a reference, or None for any other string."""
    match = _REFERENCE.match(text) if text[:1] == "$" else None
    if match is None:
        return None
    parts = tuple(
        int(index) if index else (dotted or double or single)
        for dotted, index, double, single in _PART.findall(match.group(2))
    )
    return match.group(1), parts


def strings(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every string inside a value, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from strings(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from strings(item, (*path, index))


def references(value: Any) -> Iterator[Reference]:
    """Every string of the value that is a reference as a whole."""
    for path, text in strings(value):
        parsed = parse_reference(text)
        if parsed is not None:
            yield Reference(path, parsed[0], text)


def is_dynamic(value: Any) -> bool:
    """Whether any part of the value is only known when the flow runs."""
    return any(True for _ in references(value)) or any("{{" in text for _, text in strings(value))


def check_references(value: Any, path: Path, step_ids: Collection[str], report: Report) -> None:
    """Report references to steps that the flow does not have."""
    for found in references(value):
        if found.name not in ROOTS and found.name not in step_ids:
            hint = nearest(found.name, (*step_ids, *ROOTS))
            message = f"{found.text[:80]} refers to {found.name!r}, which is not a step of this flow"
            report.error((*path, *found.path), message, "unknown_reference", hint)


def check_expressions(value: Any, path: Path, report: Report) -> None:
    """Report expressions that are not closed; what is inside them only the sandbox can tell."""
    for where, text in strings(value):
        if "}}" not in text.rpartition("{{")[2] and "{{" in text:
            message = "an expression is opened with {{ and never closed"
            report.error((*path, *where), message, "expression_open", "close it with }}")
