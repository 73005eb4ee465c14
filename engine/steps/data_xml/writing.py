"""An object to XML text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.base.errors import StepFailure
from engine.base.limits import XML_DEPTH_MAX
from engine.steps.data_xml.manifest import XmlParameters
from engine.steps.values import text_of

_NAME = re.compile(r"[A-Za-z_:\u00b7-\uffff][\w:.\u00b7-\uffff-]{0,500}\Z")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def write_xml(value: Any, given: XmlParameters) -> str:
    """XML text, indented by two; raises :class:`StepFailure` for a name that is none in XML."""
    name, inner = given.rootName, value
    if isinstance(value, dict) and len(value) == 1 and given.rootName == "root":
        ((key, only),) = value.items()
        if not isinstance(only, list):
            name, inner = key, only
    lines = [_HEAD] if given.declaration else []
    return "\n".join([*lines, *_element(name, inner, given, 0)])


def _element(name: str, value: Any, given: XmlParameters, depth: int) -> Iterator[str]:
    if depth > XML_DEPTH_MAX:
        raise StepFailure(f"the object is deeper than {XML_DEPTH_MAX} levels")
    if not _NAME.match(name):
        raise StepFailure(f"{name[:80]!r} cannot be the name of an XML element; rename the field")
    space = "  " * depth
    if isinstance(value, list):
        for one in value:
            yield from _element(name, one, given, depth)
        return
    if not isinstance(value, dict):
        yield f"{space}{_leaf(name, '', _text(value, given))}"
        return
    attributes = value.get(given.attributesName)
    written = "".join(_attributes(attributes)) if isinstance(attributes, dict) else ""
    text = _text(value[given.textName], given) if given.textName in value else ""
    special = {given.textName} | ({given.attributesName} if isinstance(attributes, dict) else set())
    children = {key: inner for key, inner in value.items() if key not in special}
    if not children:
        yield f"{space}{_leaf(name, written, text)}"
        return
    yield f"{space}<{name}{written}>{text}"
    for key, inner in children.items():
        yield from _element(key, inner, given, depth + 1)
    yield f"{space}</{name}>"


def _leaf(name: str, attributes: str, text: str) -> str:
    return f"<{name}{attributes}>{text}</{name}>" if text else f"<{name}{attributes}/>"


def _attributes(attributes: dict[str, Any]) -> Iterator[str]:
    for key, value in attributes.items():
        if not _NAME.match(key):
            raise StepFailure(f"{key[:80]!r} cannot be the name of an XML attribute; rename the field")
        yield f" {key}={quoteattr(_clean(value))}"


def _text(value: Any, given: XmlParameters) -> str:
    text = _clean(value)
    if given.cdata and re.search("[&<>]", text):
        return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return escape(text)


def _clean(value: Any) -> str:
    """Text without the characters that no XML document may hold."""
    return "" if value is None else _UNWRITABLE.sub("", text_of(value))
