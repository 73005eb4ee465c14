"""Reads a definition's text, JSON or YAML, whichever it is."""

from __future__ import annotations

from engine.base.errors import InvalidInput, Problem
from engine.base.limits import Limits
from engine.flow.document import Document, syntax_error, without_surrogates
from engine.flow.json_reader import read_json
from engine.flow.yaml_reader import read_yaml


def read_document(text: str | bytes, limits: Limits) -> Document:
    """Read JSON where the text starts like JSON and is JSON, else YAML.

    Raises :class:`InvalidInput` with the line where the text is neither, not UTF-8, or larger than
    ``limits.definition_bytes_max``.
    """
    _check_size(text, limits)
    source = _decoded(text)
    if not source.strip():
        raise syntax_error("the definition is empty", None)
    if source.lstrip()[0] not in "{[":
        return read_yaml(source)
    try:
        return read_json(source)
    except InvalidInput as error:
        return _flow_style(source, error)


def _flow_style(source: str, json_error: InvalidInput) -> Document:
    """Text in braces that is not JSON may be YAML (``{id: hello}``); if not, JSON's error is told."""
    if json_error.problems[0].code != "syntax":
        raise json_error
    try:
        return read_yaml(source)
    except InvalidInput:
        raise json_error from None


def _check_size(text: str | bytes, limits: Limits) -> None:
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "replace"))
    if size > limits.definition_bytes_max:
        message = f"{size} bytes; at most {limits.definition_bytes_max} are allowed"
        problem = Problem("definition", message, "too_large", hint="split it into sub-flows")
        raise InvalidInput("the definition is too large", [problem])


def _decoded(text: str | bytes) -> str:
    decoded = text if isinstance(text, str) else _from_utf8(text)
    return without_surrogates(decoded.removeprefix("\ufeff"))


def _from_utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise syntax_error("this is not UTF-8 text", line, "save the file as UTF-8") from error
