"""Flow to definition text, in its own format: reading it again gives the same version CID."""

from __future__ import annotations

import json
from typing import Any, Literal

from engine.flow.dump_jsonflow import jsonflow_definition
from engine.flow.dump_qflow import qflow_definition
from engine.flow.model import Flow
from engine.flow.yaml_writer import to_yaml

Syntax = Literal["yaml", "json"]


def definition_of(flow: Flow) -> dict[str, Any]:
    """The flow as a JSON value: JSONFlow for a flow that came as JSONFlow, else Flow Definition."""
    return jsonflow_definition(flow) if flow.format == "jsonflow" else qflow_definition(flow)


def dump_flow(flow: Flow, syntax: Syntax = "yaml") -> str:
    """The flow as text; see :func:`definition_of`."""
    definition = definition_of(flow)
    if syntax == "json":
        return json.dumps(definition, indent=2, ensure_ascii=False) + "\n"
    return to_yaml(definition)
