"""A definition as read: plain values, the line of each, and the report of what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from engine.base.errors import InvalidInput, Problem
from engine.base.limits import DEFINITION_DEPTH_MAX, PROBLEMS_MAX

Path = tuple[str | int, ...]
"""Keys and list indexes from the top of a definition to a value."""


_SURROGATES = re.compile("[\ud800-\udfff]")
_PLAIN_KEY = re.compile(r"[^\W\d][\w-]*\Z")


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON-like value, the 1-based line on which each of its paths starts, and what was found
    wrong while reading (keys given twice)."""

    value: Any
    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def line(self, path: Path) -> int | None:
        """The line of a path, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


class Report:
    """Collects problems, giving each the line of its path."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: list[Problem] = list(document.problems)
        self._error = "error"

    def of_draft(self) -> Report:
        """The same report for what a draft may still lack: its errors are only ``incomplete``."""
        other = Report(self._document)
        other._problems, other._error = self._problems, "incomplete"
        return other

    def error(self, path: Path, message: str, code: str, hint: str | None = None) -> None:
        """Add something that makes the definition unusable."""
        self._add(path, message, code, hint, self._error)

    def warning(self, path: Path, message: str, code: str, hint: str | None = None) -> None:
        """Add something that is allowed but probably not meant."""
        self._add(path, message, code, hint, "warning")

    def _add(self, path: Path, message: str, code: str, hint: str | None, severity: str) -> None:
        line = self._document.line(path)
        self._problems.append(Problem(path_text(path), message, code, line, hint, severity))

    @property
    def has_errors(self) -> bool:
        """Whether anything but warnings was found."""
        return any(problem.severity == "error" for problem in self._problems)

    def problems(self) -> tuple[Problem, ...]:
        """Errors first, then by line; at most ``PROBLEMS_MAX`` and a last one that counts the rest."""
        distinct = list(dict.fromkeys(self._problems))
        ordered = sorted(distinct, key=lambda found: (found.severity != "error", found.line or 0))
        if len(ordered) <= PROBLEMS_MAX:
            return tuple(ordered)
        more = len(ordered) - PROBLEMS_MAX
        rest = Problem("definition", f"and {more} more problems", "more_problems")
        return (*ordered[:PROBLEMS_MAX], rest)


def path_text(path: Path) -> str:
    """``("steps", 2, "params", "a b")`` as ``steps[2].params["a b"]``; the whole is ``definition``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.match(part):
            text += f".{part}" if text else part
        else:
            text += f'["{part[:64]}"]'
    return text or "definition"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A hint that names the known word nearest to an unknown one, or lists a few known ones."""
    words = list(known)
    near = get_close_matches(name[:128], words, 1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(words)}" if 0 < len(words) <= 12 else None


def without_surrogates(text: str) -> str:
    """The text with every lone surrogate replaced by U+FFFD, so that it can be stored."""
    return _SURROGATES.sub("\ufffd", text)


def syntax_error(message: str, line: int | None, hint: str | None = None) -> InvalidInput:
    """The error for text that cannot be read at all."""
    problem = Problem("definition", message, "syntax", line, hint)
    return InvalidInput("the definition cannot be read", [problem])


def too_deep(line: int | None) -> InvalidInput:
    """The error for lists and mappings nested too deeply."""
    problem = Problem(
        "definition", f"nested more than {DEFINITION_DEPTH_MAX} levels deep", "too_deep", line, "flatten it"
    )
    return InvalidInput("the definition cannot be read", [problem])
