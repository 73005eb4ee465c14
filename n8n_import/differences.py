"""What a translator may say of a node, read out of its code.

A translator says what differs in one place, where it is decided: ``context.differs("...")``,
``context.ignores("options.x")`` and ``raise Unsupported("...")``. This follows its calls through the importer
and collects these sentences.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

PACKAGE = "n8n_import"


@dataclass
class Differences:
    """Sentences, each once, in the order of the code; ``ignored`` are paths of parameters."""

    differs: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def add(self, kind: list[str], text: str) -> None:
        """Note a sentence that was not noted before."""
        if text and text not in kind:
            kind.append(text)


def differences_of(translate: Callable[..., Any]) -> Differences:
    """All that a translator and what it calls in this package may say."""
    found, todo, seen = Differences(), [inspect.unwrap(translate)], set()
    while todo:
        function = todo.pop(0)
        if function in seen:
            continue
        seen.add(function)
        module = inspect.getmodule(function)
        for call in _calls(function):
            _note(found, call, module)
            inner = _target(call, module)
            if inner is not None:
                todo.append(inner)
    return found


@cache
def _calls(function: Callable[..., Any]) -> tuple[ast.Call, ...]:
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function)))
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _target(call: ast.Call, module: ModuleType | None) -> Callable[..., Any] | None:
    """The function of this package that is called, where it can be told."""
    name, value = call.func, None
    if isinstance(name, ast.Name):
        value = getattr(module, name.id, None)
    elif isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name):
        value = getattr(getattr(module, name.value.id, None), name.attr, None)
    own = inspect.isfunction(value) and value.__module__.partition(".")[0] == PACKAGE
    return value if own else None


def _note(found: Differences, call: ast.Call, module: ModuleType | None) -> None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "differs" and call.args:
        found.add(found.differs, _text(call.args[0], module))
    elif name == "Unsupported" and call.args:
        found.add(found.refused, _text(call.args[0], module))
    elif name == "ignores":
        for argument in call.args:
            found.add(found.ignored, _text(argument, module))


def _text(node: ast.expr, module: ModuleType | None) -> str:
    """A sentence; what is put into it by a run is ``...``."""
    return "".join(_parts(node, module)).replace("|", "\\|").strip()


def _parts(node: ast.expr, module: ModuleType | None) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from _parts(part, module)
    elif isinstance(node, ast.FormattedValue):
        value = getattr(module, node.value.id, None) if isinstance(node.value, ast.Name) else None
        yield value if isinstance(value, str) else "..."
    elif isinstance(node, ast.Name):
        value = getattr(module, node.id, None)
        yield value if isinstance(value, str) else ""
