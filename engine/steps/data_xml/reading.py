"""XML text to an object, with the parser's doors to other files and to entities shut."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.entities import name2codepoint
from typing import Any
from xml.parsers import expat

from engine.base.errors import StepFailure
from engine.base.limits import XML_DEPTH_MAX, XML_ELEMENTS_MAX
from engine.steps.data_xml.manifest import XmlParameters

Json = dict[str, Any]

_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.S)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,10});")
_RUN = re.compile(r"\s{2,}")


@dataclass
class _Element:
    name: str
    fields: Json = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    marked: bool = False  # some of its text is CDATA


class _Reader:
    """Builds the object while expat reads."""

    def __init__(self, given: XmlParameters) -> None:
        self._given = given
        self._open: list[_Element] = [_Element("")]
        self._count = 0

    def read(self, text: str) -> Any:
        """What the document holds; raises :class:`StepFailure` with line and column."""
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartCdataSectionHandler = self._cdata
        parser.EntityDeclHandler = _refused
        parser.ExternalEntityRefHandler = _refused
        try:
            parser.Parse(_known(text).encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            raise StepFailure(f"the XML cannot be read: {error}") from error
        return self._open[0].fields

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) > XML_DEPTH_MAX or self._count > XML_ELEMENTS_MAX:
            limit = f"{XML_DEPTH_MAX} levels and {XML_ELEMENTS_MAX} elements"
            raise StepFailure(f"the XML is too large: at most {limit} are read")
        element = _Element(name.lower() if self._given.lowerNames else name)
        if self._given.attributes == "group" and attributes:
            element.fields[self._given.attributesName] = dict(attributes)
        elif self._given.attributes == "merge":
            for key, value in attributes.items():
                _add(element.fields, key, value, self._given.lists == "always")
        self._open.append(element)

    def _characters(self, text: str) -> None:
        self._open[-1].text.append(text)

    def _cdata(self) -> None:
        self._open[-1].marked = True

    def _end(self, _: str) -> None:
        element = self._open.pop()
        value = self._value(element)
        always = self._given.lists == "always" and len(self._open) > 1
        _add(self._open[-1].fields, element.name, value, always)

    def _value(self, element: _Element) -> Any:
        text = "".join(element.text)
        blank = not text.strip() and not element.marked
        if blank:
            return element.fields or text
        if self._given.trim:
            text = text.strip()
        if self._given.normalize:
            text = _RUN.sub(" ", text).strip()
        if not element.fields:
            return text
        element.fields[self._given.textName] = text
        return element.fields


def _known(text: str) -> str:
    """The text with HTML's names of letters (``&nbsp;``) as numbers, but not in CDATA."""
    parts = _CDATA.split(text)
    parts[::2] = [_ENTITY.sub(_numbered, part) for part in parts[::2]]
    return "".join(parts)


def _numbered(found: re.Match[str]) -> str:
    code = None if found[1] in ("amp", "lt", "gt", "quot") else name2codepoint.get(found[1])
    return found[0] if code is None else f"&#{code};"


def _refused(*_: Any) -> int:
    raise StepFailure("the XML defines entities of its own; such documents are not read")


def _add(fields: Json, name: str, value: Any, always: bool) -> None:
    """A second value under one name makes a list of both."""
    if name not in fields:
        fields[name] = [value] if always else value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]


def read_xml(text: Any, given: XmlParameters) -> Json:
    """The document as an object; raises :class:`StepFailure`."""
    if not isinstance(text, str) or not text.strip():
        raise StepFailure("there is no XML text to read; name it in source")
    whole: Json = _Reader(given).read(text.strip().lstrip("\ufeff"))
    if given.root:
        return whole
    (inner,) = whole.values()
    return inner if isinstance(inner, dict) else {given.textName: inner}
