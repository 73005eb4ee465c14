"""The canonical form of a flow: a plain map whose DAG-CBOR encoding gives the version CID."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.ordered import value_of
from engine.flow.model import Edge, Flow, FlowSettings, Metadata, RetryPolicy, Step
from engine.flow.plain_form import PINS, canonical_form


def to_canonical(flow: Flow) -> dict[str, Any]:
    """The flow as a plain map. The order of steps and edges is kept: imported flows run by it."""
    return canonical_form(flow)


def from_canonical(value: Mapping[str, Any]) -> Flow:
    """Read what :func:`to_canonical` wrote."""
    data = {key: item for key, item in value.items() if key != "form"}
    data["steps"] = tuple(_step(step) for step in data.get("steps", ()))
    data["edges"] = tuple(Edge(**edge) for edge in data.get("edges", ()))
    data["settings"] = FlowSettings(**data.get("settings", {}))
    extra = data.get("extra", {})
    if isinstance(extra.get(PINS), str):
        data["extra"] = {**extra, PINS: value_of(extra[PINS].encode())}
    metadata = dict(data.get("metadata", {}))
    for name in ("tags", "required_permissions"):
        if name in metadata:
            metadata[name] = tuple(metadata[name])
    data["metadata"] = Metadata(**metadata)
    data["tests"] = tuple(data.get("tests", ()))
    return Flow(**data)


def _step(value: Mapping[str, Any]) -> Step:
    data = dict(value)
    if data.get("retry") is not None:
        retry = dict(data["retry"])
        if "retry_on" in retry:
            retry["retry_on"] = tuple(retry["retry_on"])
        data["retry"] = RetryPolicy(**retry)
    if data.get("position"):
        data["position"] = tuple(data["position"])
    return Step(**data)
