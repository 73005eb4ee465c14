"""code, function and functionItem: programs on items."""

from __future__ import annotations

from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node

EMPTY = "return [];"


def translate(node: Node, context: Context) -> Draft:
    """``jsCode`` or ``pythonCode``, once for all items or once for each."""
    mode = "each" if node.text("mode") == "runOnceForEachItem" else "all"
    language = node.text("language", "javaScript")
    if language == "javaScript":
        return Draft("code.javascript", {"code": node.text("jsCode") or EMPTY, "mode": mode})
    if language not in ("python", "pythonNative"):
        raise Unsupported(f"code in {language!r} is not run here")
    return Draft("code.python", {"code": node.text("pythonCode") or "return []", "mode": mode})


def translate_function(node: Node, context: Context) -> Draft:
    """The older node for code on all items."""
    return Draft("code.javascript", {"code": node.text("functionCode") or "return items;", "mode": "all"})


def translate_item_function(node: Node, context: Context) -> Draft:
    """The older node for code on each item; it sees ``item`` as the JSON alone, and returns it."""
    given = node.text("functionCode") or "return item;"
    source = (
        f"const $made = await (async (item) => {{\n{given}\n}})($input.item.json);\nreturn {{ json: $made }};"
    )
    return Draft("code.javascript", {"code": source, "mode": "each"})


NODES = (
    NodeType("n8n-nodes-base.code", (1, 2), translate, "code.javascript"),
    NodeType("n8n-nodes-base.function", (1,), translate_function, "code.javascript"),
    NodeType("n8n-nodes-base.functionItem", (1,), translate_item_function, "code.javascript"),
)
