"""quickChart: a chart drawn by the public QuickChart server."""

from __future__ import annotations

from n8n_import.expressions import converted
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node, objects


def translate(node: Node, context: Context) -> Draft:
    """One image of all items."""
    by_hand = chosen(node, "labelsMode", "manually") == "manually"
    written = objects(node.param("labelsUi.labelsValues"))
    labels = [converted(one.get("label", "")) for one in written]
    parameters: Json = {
        "kind": chosen(node, "chartType", "bar"),
        "labels": labels if by_hand else context.param("labelsArray", []),
        "values": context.param("data", []),
        "property": context.param("output") or "data",
        "series": context.param("datasetOptions", {}),
    }
    names = {"width": "width", "height": "height", "format": "format", "backgroundColor": "background"}
    for theirs, ours in {**names, "devicePixelRatio": "ratio"}.items():
        if node.param(f"chartOptions.{theirs}") not in (None, ""):
            parameters[ours] = context.param(f"chartOptions.{theirs}")
    if node.param("chartOptions.horizontal") is True and parameters["kind"] == "bar":
        parameters["kind"] = "horizontalBar"
    return Draft("chart.image", parameters)


NODES = (NodeType("n8n-nodes-base.quickChart", (1,), translate, "chart.image"),)
