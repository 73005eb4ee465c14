"""compareDatasets: what two inputs share, and where they differ."""

from __future__ import annotations

from typing import Any

from n8n_import.names import chosen, dots, field_name, field_names
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node

SHOWS = {"includeBoth": "both", "preferInput1": "first", "preferInput2": "second", "mix": "mix"}
FAILS_BEFORE = 2.2


def translate(node: Node, context: Context) -> Draft:
    """Until 2.1 the second input's item is shown; version 1 calls the inputs 1 and 2, later ones A and B."""
    old = node.version < 2
    show = SHOWS[chosen(node, "resolve", "preferInput2" if node.version < 2.1 else "includeBoth")]
    parameters: dict[str, Any] = {
        "match": field_pairs(node),
        "show": show,
        "dots": dots(context),
        "multiple": chosen(node, "options.multipleMatches", "first"),
        "fuzzy": _fuzzy(node),
        "zeroIsNull": node.version >= 2,
        "missing": "fail" if node.version < FAILS_BEFORE else "allow",
        "names": ["input1", "input2"] if old else ["inputA", "inputB"],
        "skip": field_names(node, "options.skipFields"),
        "empty": "skip",
        "absent": "alike" if node.version >= 2.1 else "differs",
        "nestedKeys": False,
        "blanks": "null" if old else "keep",
    }
    if show == "mix":
        prefer = chosen(node, "preferWhenMix", "input1")
        parameters["prefer"] = "second" if prefer == "input2" else "first"
        parameters["exceptFields"] = field_names(node, "exceptWhenMix")
    return Draft("data.compare", parameters)


def _fuzzy(node: Node) -> bool:
    return True in (node.param("options.fuzzyCompare"), node.param("fuzzyCompare"))


def field_pairs(node: Node) -> list[dict[str, str]]:
    """``mergeByFields``: pairs of fields; without a second one both inputs have the same."""
    return [
        {"left": field_name(entry.get("field1")), "right": field_name(entry.get("field2"))}
        for entry in node.entries("mergeByFields.values")
    ]


NODES = (NodeType("n8n-nodes-base.compareDatasets", (1, 2, 2.1, 2.2, 2.3), translate, "data.compare"),)
