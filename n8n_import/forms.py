"""The fields of n8n's forms."""

from __future__ import annotations

import json
import re
from typing import Any

from n8n_import.expressions import converted, is_expression
from n8n_import.translating import Context, Unsupported
from n8n_import.words import Json, Node, objects

KINDS = {
    "text": "text",
    "textarea": "textarea",
    "number": "number",
    "email": "email",
    "password": "password",
    "date": "date",
    "dropdown": "select",
    "radio": "radio",
    "checkbox": "checkbox",
    "file": "file",
    "hiddenField": "hidden",
    "html": "note",
}


TEXTS = (("placeholder", "placeholder"), ("defaultValue", "default"), ("fieldValue", "default"))


def fields_of(node: Node, context: Context) -> list[Json]:
    """The fields as steps show them. Answers stand under the field's name, or its label where it has none."""
    found = [_field(entry, number, context) for number, entry in enumerate(_entries(node), 1)]
    seen: set[str] = set()
    for field in found:
        if field["kind"] != "note" and field["name"] in seen:
            raise Unsupported(f"two fields of its form are called {field['name']!r}")
        seen.add(field["name"])
    return found


def _entries(node: Node) -> list[Json]:
    """The fields as the node has them: one by one, or in a list written as JSON."""
    if node.param("defineForm") != "json":
        return objects(node.param("formFields.values"))
    written = node.param("jsonOutput", "[]")
    if is_expression(written):
        raise Unsupported("the fields of its form are worked out while it runs, and must be fixed here")
    return objects(json.loads(written) if isinstance(written, str) else written)


def _field(entry: Json, number: int, context: Context) -> Json:
    wanted = str(entry.get("fieldType", "text"))
    if wanted not in KINDS:
        raise Unsupported(f"a field of type {wanted!r} is not shown here")
    kind = KINDS[wanted]
    label = entry.get("fieldLabel")
    name = entry.get("fieldName") or label or entry.get("elementName") or f"field-{number}"
    field: Json = {"name": str(converted(name)), "kind": kind}
    if label and kind != "hidden":
        field["label"] = str(converted(label))
    if entry.get("requiredField") is True and kind not in ("hidden", "note"):
        field["required"] = True
    if kind in ("select", "radio", "checkbox"):
        options = objects((entry.get("fieldOptions") or {}).get("values"))
        field["options"] = [str(converted(option.get("option", ""))) for option in options]
        field["many"] = kind == "checkbox" or entry.get("multiselect") is True
    if kind == "file":
        field["many"] = entry.get("multipleFiles", True) is True
        field["accept"] = str(converted(entry.get("acceptFileTypes", "")))
    if kind == "date" and entry.get("formatDate"):
        context.differs("dates of a form are given as yyyy-mm-dd", "forms")
    if kind == "note":
        context.differs("HTML among the fields of a form is shown as text", "forms")
        field["text"] = _plain(converted(entry.get("html", "")))
    for theirs, ours in (
        ("placeholder", "placeholder"),
        ("defaultValue", "default"),
        ("fieldValue", "default"),
    ):
        if entry.get(theirs) not in (None, ""):
            field[ours] = str(converted(entry[theirs]))
    return field


def _plain(text: Any) -> str:
    """Text without tags; expressions in it stay."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"<[^<>{}]*>", "", str(text))).strip()


def ending_of(node: Node, context: Context, prefix: str = "completion") -> Json:
    """What a form ends with."""
    ending: Json = {}
    for theirs, ours in ((f"{prefix}Title", "title"), (f"{prefix}Message", "message")):
        if node.param(theirs) not in (None, ""):
            ending[ours] = context.param(theirs)
    return ending
