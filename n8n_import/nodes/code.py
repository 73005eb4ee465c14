"""code, function and functionItem: programs on items."""

from __future__ import annotations

import re

from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

EMPTY = "return [];"

STATIC = re.compile(r"\bgetWorkflowStaticData\b|_getWorkflowStaticData\b")
FILES = (
    "const getBinaryData = () => $self.binary, getBinaryDataAsync = async () => $self.binary,"
    " setBinaryData = (files) => { $self.binary = files; },"
    " setBinaryDataAsync = async (files) => setBinaryData(files);"
)
BARE = {
    "getWorkflowStaticData": "$getWorkflowStaticData",
    "getNodeParameter": "(name, otherwise) => $parameter[name] ?? otherwise",
    "getExecutionId": "() => $execution.id",
    "getMode": "() => $mode",
    "getTimezone": "() => DateTime.now().zoneName",
    "getWorkflow": "() => $workflow",
}
"""What the older nodes call by bare names."""

KEPT = [{"operation": "kv", "actions": ["get", "set"], "prefix": "static:"}]
ALLOW = """qflow capabilities allow '{"operation": "kv", "prefix": "static:"}'"""


def translate(node: Node, context: Context) -> Draft:
    """``jsCode`` or ``pythonCode``, once for all items or once for each."""
    mode = "each" if node.text("mode") == "runOnceForEachItem" else "all"
    language = node.text("language", "javaScript")
    if language == "javaScript":
        return _coded("code.javascript", node.text("jsCode") or EMPTY, mode, context)
    if language not in ("python", "pythonNative"):
        raise Unsupported(f"code in {language!r} is not run here")
    return _coded("code.python", node.text("pythonCode") or "return []", mode, context)


def translate_function(node: Node, context: Context) -> Draft:
    """The older node for code on all items."""
    return _coded("code.javascript", _older(node.text("functionCode") or "return items;"), "all", context)


def translate_item_function(node: Node, context: Context) -> Draft:
    """The older node for code on each item; it sees ``item`` as the JSON alone, and returns it. The item
    keeps its files. The user's code begins on the first line, so that errors name its lines."""
    given = node.text("functionCode") or "return item;"
    source = (
        f"const $self = $input.item; {FILES} const $made = await (async (item) => {{ {given}\n"
        "})($self.json);\n"
        "return $self.binary ? { json: $made, binary: $self.binary } : { json: $made };"
    )
    return _coded("code.javascript", _older(source), "each", context)


def _older(source: str) -> str:
    """Code of the older nodes, which call by bare names what has a ``$`` now."""
    used = [name for name in BARE if re.search(rf"(?<![$\w.]){name}\b", source)]
    return "".join(f"const {name} = {BARE[name]}; " for name in used) + source


def _coded(kind: str, source: str, mode: str, context: Context) -> Draft:
    """Code that keeps data from run to run asks for that; the policy of the subnet must allow it."""
    parameters: Json = {"code": source, "mode": mode}
    if STATIC.search(source):
        parameters["capabilities"] = KEPT
        context.note(
            f"its code keeps data from run to run; where nobody did so yet, allow it: {ALLOW}", "static"
        )
    return Draft(kind, parameters)


NODES = (
    NodeType("n8n-nodes-base.code", (1, 2), translate, "code.javascript"),
    NodeType("n8n-nodes-base.function", (1,), translate_function, "code.javascript"),
    NodeType("n8n-nodes-base.functionItem", (1,), translate_item_function, "code.javascript"),
)
