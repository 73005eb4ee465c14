"""How chart.image runs: the items become one chart in Chart.js' words, a server draws it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Effect, Item, StepContext, StepResult, StepType
from engine.steps.chart_image.manifest import MANIFEST, ChartParameters
from engine.steps.http_request.manifest import HttpRequestParameters
from engine.steps.http_request.step import HttpRequest
from engine.steps.provenance import place

_ADDRESS_LENGTH_MAX = 4_000
"""Longer ones are sent in a request's body, since servers refuse them."""


class ChartStep(StepType):
    """Gives one item for all that come in. Requests go by http.request, and so within its bounds."""

    manifest = MANIFEST

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """An address is made without asking anybody."""
        return Effect.PURE if parameters.get("give") == "address" else Effect.READ

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for values that are no lists; else what http.request raises."""
        if not context.items:
            return StepResult({MAIN: []})
        given: ChartParameters = context.parameters(0)
        chart = _chart(context, given)
        paired = [place(index, 0) for index in range(len(context.items))]
        if given.give == "address":
            address = f"{_base(given)}?{urlencode(_query(given, chart))}"
            return StepResult(
                {MAIN: [{"json": {"chart": chart, given.property: address}, "pairedItem": paired}]}
            )
        found = HttpRequest().run(_asking(context, _request(given, chart)))
        (drawn,) = found.outputs[MAIN]
        entry = drawn["binary"][given.property]
        named = {**entry, "fileName": f"chart.{given.format}", "fileExtension": given.format}
        item: Item = {"json": {"chart": chart}, "binary": {given.property: named}, "pairedItem": paired}
        return StepResult({MAIN: [item]}, logs=found.logs)


def _chart(context: StepContext, given: ChartParameters) -> dict[str, Any]:
    """A series of each item; their labels one after the other, without those that repeat a whole list."""
    series, lists = [], []
    for index in range(len(context.items)):
        one: ChartParameters = context.parameters(index)
        series.append({**one.series, "data": _list("values", one.values), "type": given.kind})
        labels = _list("labels", one.labels)
        if labels not in lists and (index == 0 or given.labelsOf == "all"):
            lists.append(labels)
    labels = [label for found in lists for label in found]
    chart: dict[str, Any] = {"type": given.kind, "data": {"labels": labels, "datasets": series}}
    return {**chart, "options": given.options} if given.options else chart


def _list(name: str, value: Any) -> list[Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else []
        except ValueError as error:
            raise StepFailure(f"{name}: the text is no list in JSON, such as [1, 2]") from error
    if not isinstance(value, list):
        raise StepFailure(f"{name} must be a list, and is {type(value).__name__}")
    return value


def _base(given: ChartParameters) -> str:
    return f"{given.server.rstrip('/')}/chart"


def _query(given: ChartParameters, chart: dict[str, Any]) -> dict[str, str]:
    return {
        "chart": json.dumps(chart, ensure_ascii=False, separators=(",", ":")),
        "width": str(given.width),
        "height": str(given.height),
        "devicePixelRatio": f"{given.ratio:g}",
        "backgroundColor": given.background,
        "format": given.format,
    }


def _request(given: ChartParameters, chart: dict[str, Any]) -> dict[str, Any]:
    query = _query(given, chart)
    request: dict[str, Any] = {
        "url": _base(given),
        "bodyOnly": True,
        "response": {"format": "binary", "binaryProperty": given.property},
    }
    if len(urlencode(query)) <= _ADDRESS_LENGTH_MAX:
        return {**request, "query": query}
    return {**request, "method": "POST", "body": {"kind": "json", "value": {**query, "chart": chart}}}


def _asking(context: StepContext, request: dict[str, Any]) -> StepContext:
    """The context for the one request."""
    return replace(
        context,
        step=replace(context.step, on_error="stop"),
        inputs={MAIN: context.items[:1]},
        model=HttpRequestParameters,
        fixed=None,
        resolve=lambda _, __: request,
        memory={},
    )
