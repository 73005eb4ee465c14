"""Small graphs for tests of the core."""

from __future__ import annotations

from typing import Any

from engine.flow.model import Edge, Flow, FlowSettings, Step
from engine.flow.plan import Plan, Ports, compile_plan


def plan_of(
    steps: dict[str, dict[str, Any]],
    wires: list[str],
    *,
    ports: dict[str, Ports] | None = None,
    **settings: Any,
) -> Plan:
    """A plan from steps and wires like ``a -> b`` or ``a.true -> b.left``."""
    edges = []
    for wire in wires:
        source, target = (end.strip().partition(".") for end in wire.split("->"))
        edges.append(Edge(source[0], target[0], source[2] or "main", target[2] or "main"))
    flow = Flow(
        "flow",
        "flow",
        tuple(Step(name, "test.any", **options) for name, options in steps.items()),
        tuple(edges),
        settings=FlowSettings(**settings),
    )
    named = {name: Ports() for name in steps} | (ports or {})
    return compile_plan(flow, named, ())
