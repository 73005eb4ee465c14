"""Renders docs/errors-and-facts.md from the error tree and the facts of the journal."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from engine.base import errors
from engine.base.errors import ErrorType, QflowError
from engine.journal.cloudevents import TYPES
from engine.journal.facts import FACTS, Fact

_HEAD = """# Errors and facts

<!-- Made from engine/base/errors.py and engine/journal/facts.py by `make docs`; do not edit. -->

## Error types

The `type` of an error says what kind it is; retry policies name these. The `code` is finer and never changes.
"""

_FACTS = """## Facts

What a journal holds, in the order of an execution's life. `qflow logs` tells them in sentences; the live
channel streams each as a CloudEvent. Times are microseconds since 1970.
"""

_DOORS = """## Codes of the web doors

Given by REST and webhooks for requests that reach no use-case.
"""

ENGINE = Path(__file__).parent.parent


def render() -> str:
    """The whole page."""
    parts = [_HEAD, "| type | meaning |\n|---|---|"]
    parts[-1] += "".join(f"\n| `{kind.value}` | {text} |" for kind, text in _type_meanings()) + "\n"
    parts += ["## Error codes\n", _error_rows(), _DOORS, _door_rows(), _FACTS, *map(_fact, FACTS.values())]
    return "\n".join(parts)


def error_classes(kind: type[QflowError] = QflowError) -> Iterator[type[QflowError]]:
    """The error and all below it, as the tree lists them."""
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from error_classes(child)


def door_codes() -> dict[str, int]:
    """Code -> status of what the web doors refuse by themselves, as found in their source."""
    found: dict[str, int] = {}
    for path in sorted((ENGINE / "web").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "refuse":
                values = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args[:2]]
                if len(values) == 2 and isinstance(values[0], int) and isinstance(values[1], str):
                    found.setdefault(values[1], values[0])
    return found


def _type_meanings() -> Iterator[tuple[ErrorType, str]]:
    comments = dict(re.findall(r'^    ([A-Z_]+) = "[^"]+"  # (.+)$', inspect.getsource(ErrorType), re.M))
    for kind in ErrorType:
        yield kind, comments.get(kind.name, "")


def _error_rows() -> str:
    rows = ["| code | type | HTTP | retried | meaning |", "|---|---|---|---|---|"]
    seen: set[str] = set()
    for kind in error_classes():
        if kind.code not in seen:
            seen.add(kind.code)
            retried = "yes" if kind.retryable else "no"
            text = (kind.__doc__ or "").strip().splitlines()[0]
            rows.append(f"| `{kind.code}` | `{kind.type}` | {kind.http_status} | {retried} | {text} |")
    rows.append(
        "| `internal_error` | `execution_error` | 500 | no | Something unexpected; the log tells what. |"
    )
    return "\n".join(rows) + "\n"


def _door_rows() -> str:
    known = {kind.code for kind in error_classes()}
    rows = [f"| `{code}` | {status} |" for code, status in sorted(door_codes().items()) if code not in known]
    return "\n".join(["| code | HTTP |", "|---|---|", *rows]) + "\n"


def _fact(fact: type[Fact]) -> str:
    text = " ".join((fact.__doc__ or "").split())
    comments = dict(re.findall(r"^    (\w+): [^#\n]+# (.+)$", inspect.getsource(fact), re.M))
    rows = ["| field | what |", "|---|---|"]
    for spec in fields(fact):
        rows.append(f"| `{spec.name}`{_optional(spec)} | {comments.get(spec.name, '')} |")
    parts = [f"### {fact.TYPE}\n", f"{text}\n", f"CloudEvent: `{TYPES[fact.TYPE]}`\n", *rows]
    return "\n".join(parts) + "\n"


def _optional(spec: Field[Any]) -> str:
    has_default = spec.default is not MISSING or spec.default_factory is not MISSING
    return " (optional)" if has_default else ""
