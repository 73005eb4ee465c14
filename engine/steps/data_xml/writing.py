"""An object to XML text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from engine.base.errors import StepFailure
from engine.base.limits import XML_DEPTH_MAX
from engine.steps.data_xml.manifest import XmlParameters
from engine.steps.values import text_of

_NAME = re.compile(r"[A-Za-z_:\u00b7-\uffff][\w:.\u00b7-\uffff-]{0,500}\Z")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_IN_ATTRIBUTES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def write_xml(value: Any, given: XmlParameters) -> str:
    """XML text, indented by two; raises :class:`StepFailure` for a name that is none in XML."""
    name, inner = given.rootName, value
    if isinstance(value, dict) and len(value) == 1 and given.rootName == "root":
        ((name, inner),) = value.items()
    lines = [_HEAD] if given.declaration else []
    return "\n".join([*lines, *_element(name, inner, given, 0)])


def _element(name: str, value: Any, given: XmlParameters, depth: int) -> Iterator[str]:
    if depth > XML_DEPTH_MAX:
        raise StepFailure(f"the object is deeper than {XML_DEPTH_MAX} levels")
    if not _NAME.match(name):
        raise StepFailure(f"{name[:80]!r} cannot be the name of an XML element; rename the field")
    space = "  " * depth
    if not isinstance(value, dict | list):
        yield f"{space}{_leaf(name, '', _text(value, given))}"
        return
    pairs = list(_pairs(value))
    written = "".join(_attributes(dict(pairs).get(given.attributesName)))
    children = [(key, inner) for key, inner in pairs if key != given.attributesName and inner != []]
    if all(key == given.textName for key, _ in children):
        yield f"{space}{_leaf(name, written, ''.join(_text(inner, given) for _, inner in children))}"
        return
    yield f"{space}<{name}{written}>"
    for key, inner in children:
        if key == given.textName:
            yield f"{space}  {_text(inner, given)}"
            continue
        for one in inner if isinstance(inner, list) else [inner]:
            yield from _element(key, one, given, depth + 1)
    yield f"{space}</{name}>"


def _pairs(value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    """The fields of an object, or those of all objects of a list that stands for an element."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield from one.items()


def _leaf(name: str, attributes: str, text: str) -> str:
    return f"<{name}{attributes}>{text}</{name}>" if text else f"<{name}{attributes}/>"


def _attributes(attributes: Any) -> Iterator[str]:
    if not isinstance(attributes, dict):
        return
    for key, value in attributes.items():
        if not _NAME.match(key):
            raise StepFailure(f"{key[:80]!r} cannot be the name of an XML attribute; rename the field")
        yield f' {key}="{_clean(value).translate(_IN_ATTRIBUTES)}"'


def _text(value: Any, given: XmlParameters) -> str:
    text = _clean(value)
    if given.cdata and re.search("[&<>]", text):
        return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return escape(text, {"\r": "&#xD;"})


def _clean(value: Any) -> str:
    """Text without the characters that no XML document may hold."""
    return "" if value is None else _UNWRITABLE.sub("", text_of(value))
