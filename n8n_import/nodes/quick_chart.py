"""quickChart: a chart drawn by the public QuickChart server."""

from __future__ import annotations

from n8n_import.expressions import converted
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node, objects

HORIZONTAL = ("bar", "boxplot", "violin")
ITEM_STYLE = ("boxplot", "violin")


def translate(node: Node, context: Context) -> Draft:
    """One image of all items."""
    by_hand = chosen(node, "labelsMode", "manually") == "manually"
    written = objects(node.param("labelsUi.labelsValues"))
    labels = [converted(one.get("label", "")) for one in written]
    parameters: Json = {
        "kind": chosen(node, "chartType", "bar"),
        "labels": labels if by_hand else context.param("labelsArray", []),
        "labelsOf": "first",
        "values": context.param("data", []),
        "property": context.param("output") or "data",
        "series": context.param("datasetOptions", {}),
    }
    names = {"width": "width", "height": "height", "format": "format", "backgroundColor": "background"}
    for theirs, ours in {**names, "devicePixelRatio": "ratio"}.items():
        if node.param(f"chartOptions.{theirs}") not in (None, ""):
            parameters[ours] = context.param(f"chartOptions.{theirs}")
    kind = parameters["kind"]
    if node.param("chartOptions.horizontal") is True and kind in HORIZONTAL:
        parameters["kind"] = f"horizontal{kind[0].upper()}{kind[1:]}"
    series = parameters["series"] = {"label": "Chart", **parameters["series"]}
    series["label"] = series["label"] or "Chart"
    if kind in ITEM_STYLE and "pointStyle" in series:
        series["itemStyle"] = series.pop("pointStyle")
    return Draft("chart.image", parameters)


NODES = (NodeType("n8n-nodes-base.quickChart", (1,), translate, "chart.image"),)
