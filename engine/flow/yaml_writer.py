"""Writes JSON values as YAML that people like to read and every YAML reader reads the same way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_INLINE_ITEMS_MAX = 8
_INLINE_CHARACTERS_MAX = 80
_KEY_CHARACTERS_MAX = 1000  # YAML wants longer keys to be marked

_PLAIN = re.compile(r"[A-Za-z$/][A-Za-z0-9_$./+-]*(?: [A-Za-z0-9_$./+-]+)*\Z")
_NOT_TEXT = re.compile(r"(?:null|true|false|yes|no|on|off|y|n)\Z", re.IGNORECASE)
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def to_yaml(value: Any) -> str:
    """YAML 1.2 text of a JSON value, in block style, strings quoted only where they must be."""
    return "\n".join(_lines(value, "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    """The value on lines of its own."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            text = _key(str(key))
            if len(text) > _KEY_CHARACTERS_MAX:
                yield f"{indent}? {text}"
                text = ""
            yield from _entry(f"{indent}{text}:", item, indent)
    elif isinstance(value, list | tuple) and value:
        for item in value:
            yield from _list_item(item, indent)
    else:
        yield indent + _inline(value)


def _entry(start: str, value: Any, indent: str) -> Iterator[str]:
    """A key and its value: on the same line where it is short, else below."""
    if isinstance(value, str) and _fits_block(value):
        yield f"{start} |{'' if value.endswith(chr(10)) else '-'}"
        for line in value.removesuffix("\n").split("\n"):
            yield f"{indent}  {line}" if line else ""
    elif _is_inline(value):
        yield f"{start} {_inline(value)}"
    else:
        yield start
        yield from _lines(value, indent + "  ")


def _list_item(value: Any, indent: str) -> Iterator[str]:
    if _is_inline(value):
        yield f"{indent}- {_inline(value)}"
        return
    lines = list(_lines(value, indent + "  "))
    yield f"{indent}- {lines[0][len(indent) + 2 :]}"
    yield from lines[1:]


def _fits_block(text: str) -> bool:
    """Whether a text of several lines comes back unchanged from a literal block."""
    body = text.removesuffix("\n")
    return "\n" in body and body == body.strip() and not _UNSAFE.search(text)


def _is_inline(value: Any) -> bool:
    """Scalars, and short lists and mappings of plain scalars."""
    if isinstance(value, Mapping):
        return not value
    if not isinstance(value, list | tuple):
        return True
    if any(isinstance(item, Mapping | list | tuple) for item in value):
        return False
    return len(value) <= _INLINE_ITEMS_MAX and len(_inline(value)) <= _INLINE_CHARACTERS_MAX


def _inline(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_inline(item) for item in value)}]"
    return json.dumps(value)


def _key(text: str) -> str:
    return text if _PLAIN.match(text) and " " not in text and not _NOT_TEXT.match(text) else _quoted(text)


def _text(text: str) -> str:
    return text if _PLAIN.match(text) and not _NOT_TEXT.match(text) else _quoted(text)


def _quoted(text: str) -> str:
    """Double quotes with JSON's escapes, which YAML shares, and YAML's for what it cannot print."""
    plain = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", plain)
