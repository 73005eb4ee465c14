"""Reads YAML 1.2 (core schema) as JSON values and remembers on which line each stands.

Only the event parser of ruamel.yaml is used: nothing is ever constructed from a tag, dates stay
text, ``yes`` and ``on`` stay text, and keys are always text. Spec: https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from engine.base.errors import InvalidInput, Problem
from engine.base.limits import DEFINITION_DEPTH_MAX, YAML_BYTES_MAX, YAML_VALUES_MAX
from engine.flow.document import Document, Path, path_text, syntax_error, too_deep, without_surrogates

_NULL = ("", "~", "null", "Null", "NULL")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"([-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN)\Z")


@dataclass(slots=True)
class _Node:
    """``content``: a scalar's value, a list of nodes, or a list of (key, key's line, node)."""

    kind: str
    line: int
    content: Any = None
    anchor: str | None = None
    keys: list[tuple[str, int]] = field(default_factory=list)


def read_yaml(text: str) -> Document:
    """Read one YAML document; raises :class:`InvalidInput` where it is not YAML, holds more than
    one document, tags, or aliases that blow it up."""
    if len(text) > YAML_BYTES_MAX:
        raise syntax_error(f"YAML of more than {YAML_BYTES_MAX} bytes is refused", None, "use JSON")
    try:
        root = _Builder().build(iter(YAML(typ="safe", pure=True).parse(text)))
    except YAMLError as error:
        raise _syntax(error) from error
    except (ValueError, IndexError, OverflowError, AttributeError, TypeError) as error:
        raise syntax_error(f"this is not YAML: {error}", None) from error
    writer = _Writer()
    value = writer.value(root, (), 0)
    return Document(value, writer.lines, tuple(writer.problems))


def _syntax(error: YAMLError) -> InvalidInput:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark is not None else None
    words = getattr(error, "problem", None) or str(error).splitlines()[0]
    hint = "indent with spaces" if "\\t" in words else None
    return syntax_error(f"this is not YAML: {words}", line, hint)


class _Builder:
    """Turns events into nodes without recursion."""

    def __init__(self) -> None:
        self._open: list[_Node] = []
        self._anchors: dict[str, _Node] = {}
        self._root: _Node | None = None
        self._documents = 0

    def build(self, events: Iterator[Any]) -> _Node:
        for event in events:
            self._take(event, event.start_mark.line + 1)
        return self._root or _Node("scalar", 1, None)

    def _take(self, event: Any, line: int) -> None:
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise syntax_error("a file holds one flow; this is a second document", line)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._start(event, line)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._end(line)
        elif isinstance(event, ScalarEvent):
            self._add(_scalar(event, line), line)
        elif isinstance(event, AliasEvent):
            self._add(self._alias(event, line), line)

    def _start(self, event: Any, line: int) -> None:
        kind = "mapping" if isinstance(event, MappingStartEvent) else "sequence"
        _refuse_tag(event, line, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
        if len(self._open) >= DEFINITION_DEPTH_MAX:
            raise too_deep(line)
        self._open.append(_Node(kind, line, [], event.anchor))

    def _end(self, line: int) -> None:
        node = self._open.pop()
        if len(node.keys) != len(node.content) and node.kind == "mapping":
            raise syntax_error("a key has no value", line)
        self._add(node, node.line)

    def _alias(self, event: Any, line: int) -> _Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise syntax_error(f"the alias *{event.anchor} has no anchor before it", line)
        return node

    def _add(self, node: _Node, line: int) -> None:
        if node.anchor:
            self._anchors[node.anchor] = node
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        if parent.kind == "sequence":
            parent.content.append(node)
        elif len(parent.keys) == len(parent.content):
            parent.keys.append((_key(node, line), line))
        else:
            parent.content.append(node)


def _key(node: _Node, line: int) -> str:
    if node.kind != "scalar":
        raise syntax_error("a key must be plain text", line)
    return node.keys[0][0]


def _scalar(event: Any, line: int) -> _Node:
    """A scalar node; its text is kept in ``keys``, since as a key it is always text."""
    _refuse_tag(event, line, "tag:yaml.org,2002:str")
    text = without_surrogates(event.value)
    quoted = event.style in ("'", '"', "|", ">") or event.tag is not None
    value = text if quoted else _resolve(text, line)
    return _Node("scalar", line, value, event.anchor, [(text, line)])


def _refuse_tag(event: Any, line: int, *allowed: str) -> None:
    if event.tag is not None and str(event.tag) not in (*allowed, "!"):
        raise syntax_error(f"the tag {str(event.tag)[:64]!r} is not allowed", line, "remove the tag")


def _resolve(text: str, line: int) -> Any:
    """A plain scalar by the core schema."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _OCTAL.match(text) or _HEX.match(text):
        return int(text[2:41], 8 if text[1] == "o" else 16)
    if _INT.match(text) and len(text) <= 40:
        return int(text)
    if _FLOAT.match(text) and math.isfinite(float(text)):
        return float(text)
    if _NOT_FINITE.match(text) or _FLOAT.match(text):
        raise syntax_error(f"{text[:20]} is not a JSON number", line, "put it in quotes")
    return text


class _Writer:
    """Writes nodes out as values, counting them so that aliases cannot blow up."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._count = 0

    def value(self, node: _Node, path: Path, depth: int) -> Any:
        self._count += 1
        if self._count > YAML_VALUES_MAX:
            raise syntax_error(f"more than {YAML_VALUES_MAX} values with all aliases written out", node.line)
        if depth > DEFINITION_DEPTH_MAX:
            raise too_deep(node.line)
        self.lines.setdefault(path, node.line)
        if node.kind == "scalar":
            return node.content
        if node.kind == "sequence":
            return [self.value(item, (*path, index), depth + 1) for index, item in enumerate(node.content)]
        return self._mapping(node, path, depth)

    def _mapping(self, node: _Node, path: Path, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for (key, line), item in zip(node.keys, node.content, strict=True):
            here = (*path, key)
            if key in result:
                message = f"the key {key!r} is given twice"
                self.problems.append(Problem(path_text(here), message, "duplicate_key", line))
            self.lines[here] = line
            result[key] = self.value(item, here, depth + 1)
        return result
