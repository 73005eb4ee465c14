"""editImage: pictures made and changed."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import converted, is_expression
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node, objects

Names = dict[str, tuple[str, Any]]
"""By our name of a parameter, n8n's name and its default."""

PLAIN: dict[str, Names] = {
    "create": {
        "width": ("width", 50),
        "height": ("height", 50),
        "colour": ("backgroundColor", "#ffffff00"),
    },
    "crop": {
        "width": ("width", 500),
        "height": ("height", 500),
        "x": ("positionX", 0),
        "y": ("positionY", 0),
    },
    "rotate": {"degrees": ("rotate", 0), "colour": ("backgroundColor", "#ffffffff")},
    "shear": {"x": ("degreesX", 0), "y": ("degreesY", 0)},
    "blur": {"radius": ("sigma", 2)},
    "border": {
        "width": ("borderWidth", 10),
        "height": ("borderHeight", 10),
        "colour": ("borderColor", "#000000"),
    },
    "transparent": {"colour": ("color", "#ff0000")},
    "resize": {"width": ("width", 500), "height": ("height", 500)},
    "composite": {
        "property": ("dataPropertyNameComposite", ""),
        "x": ("positionX", 0),
        "y": ("positionY", 0),
    },
    "draw": {
        "shape": ("primitive", "rectangle"),
        "colour": ("color", "#000000"),
        "x": ("startPositionX", 50),
        "y": ("startPositionY", 50),
        "toX": ("endPositionX", 250),
        "toY": ("endPositionY", 250),
        "corner": ("cornerRadius", 0),
    },
    "text": {
        "text": ("text", ""),
        "size": ("fontSize", 18),
        "colour": ("fontColor", "#000000"),
        "x": ("positionX", 50),
        "y": ("positionY", 50),
        "line": ("lineLength", 80),
    },
}
FITS = {
    "ignoreAspectRatio": "exact",
    "maximumArea": "area",
    "minimumArea": "outside",
    "onlyIfLarger": "onlyLarger",
    "onlyIfSmaller": "onlySmaller",
    "percent": "percent",
}


def translate(node: Node, context: Context) -> Draft:
    """One change, several (``multiStep``), or only facts (``information``)."""
    operation = chosen(node, "operation", "border")
    parameters: Json = {"property": context.param("dataPropertyName") or "data"}
    if operation == "information":
        context.differs("fewer facts of the picture are told: format, size, transparency", "pictures")
        return Draft("image.edit", {**parameters, "describe": "only"})
    written = objects(node.param("operations.operations")) if operation == "multiStep" else [node.parameters]
    changes = [_change(str(one.get("operation", operation)), one, context) for one in written]
    context.differs("pictures are changed by other code: pixels may differ a little", "pictures")
    return Draft("image.edit", {**parameters, "changes": changes, **_options(context)})


def _change(kind: str, given: Json, context: Context) -> Json:
    names = PLAIN.get(kind)
    if names is None:
        raise Unsupported(f"pictures are not changed by {kind!r} here")
    change = {ours: _value(given, theirs, usual) for ours, (theirs, usual) in names.items()}
    if kind == "resize":
        change["fit"] = FITS[str(given.get("resizeOption", "maximumArea"))]
    if kind == "composite":
        change["blend"] = _blend(given.get("operator", "Over"))
    if kind == "text":
        context.differs("text is written in the one font that Qflow brings along", "pictures")
    return {"kind": kind, **change}


def _value(given: Json, name: str, usual: Any) -> Any:
    value = given.get(name)
    return usual if value in (None, "") else converted(value)


def _blend(operator: Any) -> str:
    if is_expression(operator):
        raise ValueError("operator is worked out while it runs, and must be fixed here")
    known = ("over", "in", "out", "atop", "xor", "plus", "minus", "add", "subtract", "difference", "multiply")
    if str(operator).lower() not in (*known, "bumpmap", "copy"):
        raise Unsupported(f"pictures are not put together by {operator!r} here")
    return str(operator).lower()


def _options(context: Context) -> Json:
    context.ignores("options.font")
    names = {"fileName": "fileName", "quality": "quality"}
    found: Json = {
        ours: context.param(f"options.{theirs}")
        for theirs, ours in names.items()
        if context.node.param(f"options.{theirs}") not in (None, "")
    }
    if context.node.param("options.format"):
        found["format"] = chosen(context.node, "options.format", "png").replace("jpg", "jpeg")
    return found


NODES = (NodeType("n8n-nodes-base.editImage", (1,), translate, "image.edit"),)
