"""n8n's parameter values as Qflow's.

In n8n a text is an expression where it begins with ``=``, and literal otherwise. In Qflow ``{{ }}`` is
an expression in any text, and a text that is ``$name.path`` as a whole is a reference. So the mark goes,
and whatever would mean something in Qflow but is literal in n8n is written as an expression that gives
that very text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_BRACES = re.compile(r"\\*\{\{")
_ESCAPED = re.compile(r"(?<!\\)\\\{\{")
_CLOSING = re.compile(r"\\+\}\}")
_PIECES = re.compile(r"\{\{([\s\S]*?)\}\}")
_WRITTEN = '((v) => typeof v === "object" && v !== null ? JSON.stringify(v) : String(v))'
_REFERENCE = re.compile(r"\$[A-Za-z_][\w-]*[\w.\-\[\]\"' ]*\Z")


def is_expression(value: Any) -> bool:
    """Whether a parameter is worked out for every item."""
    return isinstance(value, str) and value.startswith("=")


def converted(value: Any) -> Any:
    """A parameter with everything inside it: expressions stay ones, literal text stays literal, and a
    resource locator becomes what it points at."""
    if isinstance(value, str):
        return template(value[1:]) if value.startswith("=") else literal(value)
    if isinstance(value, Mapping):
        if value.get("__rl") is True:
            return converted(value.get("value"))
        return {key: converted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [converted(item) for item in value]
    return value


def template(text: str) -> str:
    """An n8n expression without its ``=``. What opens and never closes ends with the text; braces behind
    a backslash are text, and so is the backslash."""
    text = _ESCAPED.sub(_quoted, text)
    if "{{" not in text:
        return literal(text)
    return _guarded(text if "}}" in text[text.rfind("{{") :] else f"{text} }}}}")


def literal(text: str) -> str:
    """The text in a form that Qflow reads as that text."""
    if "{{" in text:
        return _guarded(_CLOSING.sub(_quoted, _BRACES.sub(_quoted, text)))
    if _REFERENCE.match(text):
        return f"{{{{ {json.dumps(text)} }}}}"
    return text


def json_text(text: str) -> str:
    """An n8n expression in which JSON is written, without its ``=``: what stands in braces becomes JSON
    where it gives an object or a list, and else its text, as n8n puts it in."""
    body = text.lstrip("=")
    alone = body.strip()
    if alone.startswith("{{") and alone.endswith("}}") and body.count("{{") == 1:
        return template(alone)
    parts = _PIECES.split(body)
    return "".join(
        code(f"{_WRITTEN}(\n{part}\n)") if at % 2 else literal(part) for at, part in enumerate(parts)
    )


def through(function: str, value: Any) -> Any:
    """A parameter after a JavaScript function; only what is one expression can need it."""
    text = value[1:].strip() if is_expression(value) else ""
    inside = text[2:-2].strip().rstrip(";")
    if text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1 and ";" not in inside:
        called = function if function.startswith("$") else f"({function})"
        return code(f"{called}(\n{inside}\n)")
    return converted(value)


def code(text: str) -> str:
    """An expression's code as Qflow writes it."""
    return f"{{{{ {text} }}}}"


def inner(value: Any) -> str:
    """JavaScript that gives a parameter's value, for use inside another expression."""
    if not is_expression(value):
        return json.dumps(value)
    body = value[1:].strip()
    alone = body.startswith("{{") and body.endswith("}}") and body.count("{{") == 1
    return f"({body[2:-2].strip()})" if alone else f"$evaluateExpression({json.dumps(body)}, $itemIndex)"


def _guarded(text: str) -> str:
    """The sandbox takes a first ``=`` for the mark of an expression; one that is text is written as one."""
    return f'{{{{ "=" }}}}{text[1:]}' if text.startswith("=") else text


def _quoted(match: re.Match[str]) -> str:
    return f"{{{{ {json.dumps(match.group())} }}}}"
