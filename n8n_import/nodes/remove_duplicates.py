"""removeDuplicates: only the first of equal items goes on."""

from __future__ import annotations

from typing import Any

from n8n_import.names import chosen, dots, field_names
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node

COMPARES = {"allFields": "all", "allFieldsExcept": "except", "selectedFields": "selected"}

LOGICS = {
    "removeItemsWithAlreadySeenKeyValues": ("value", "dedupeValue"),
    "removeItemsUpToStoredIncrementalKey": ("number", "incrementalDedupeValue"),
    "removeItemsUpToStoredDate": ("date", "dateDedupeValue"),
}
SCOPES = {"node": "step", "workflow": "flow"}


def translate(node: Node, context: Context) -> Draft:
    """Within the items, or across executions (version 2)."""
    operation = chosen(node, "operation", "removeDuplicateInputItems")
    if node.version < 2 or operation == "removeDuplicateInputItems":
        return deduplicated(node, context, kinds="all" if node.version < 1.1 else "there")
    scope = SCOPES[chosen(node, "options.scope", "node")]
    if operation == "clearDeduplicationHistory":
        return Draft("data.unseen", {"operation": "clear", "scope": scope}, outputs=("main",))
    if operation != "removeItemsSeenInPreviousExecutions":
        raise Unsupported(f"the operation {operation!r} is not done here yet")
    by, key = LOGICS[chosen(node, "logic", "removeItemsWithAlreadySeenKeyValues")]
    parameters = {"by": by, "key": context.param(key, ""), "scope": scope}
    if by == "value":
        parameters["keys"] = "text"
        parameters["remember"] = context.param("options.historySize", 10_000)
    return Draft("data.unseen", parameters, outputs=("main", "duplicates"))


def deduplicated(node: Node, context: Context, *, kinds: str) -> Draft:
    """The step for one list of items, of which every one must have the fields; ``kinds`` says whether
    their types must be alike."""
    compare = COMPARES[chosen(node, "compare", "allFields")]
    parameters: dict[str, Any] = {"compare": compare, "dots": dots(context)}
    parameters |= {"strict": True, "kinds": kinds, "compareBy": "leaves"}
    if compare != "all":
        path = "fieldsToExclude" if compare == "except" else "fieldsToCompare"
        parameters["fields"] = field_names(node, path)
    if node.param("options.removeOtherFields") is True:
        parameters["others"] = "drop"
    return Draft("data.deduplicate", parameters, outputs=("main",))


NODES = (
    NodeType(
        "n8n-nodes-base.removeDuplicates",
        (1, 1.1, 2),
        translate,
        "data.deduplicate",
        differs=("a full history forgets its oldest values, where n8n fails",),
    ),
)
