"""A flow made ready to run: adjacency, ports and which steps can still reach a join."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.flow.model import FAILURE, MAIN, Edge, Flow, Step
from engine.flow.references import strings


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one step, in order; ``outputs`` without ``failure``. ``all_needed``: in the order v1 it
    does not run unless every input was reached."""

    inputs: tuple[str, ...] = (MAIN,)
    outputs: tuple[str, ...] = (MAIN,)
    all_needed: bool = False


@dataclass(frozen=True)
class Plan:
    """The compiled graph of one flow version. Shared by all its executions; never changed."""

    flow: Flow
    ports: Mapping[str, Ports]
    outgoing: Mapping[tuple[str, str], tuple[Edge, ...]]
    incoming: Mapping[str, tuple[Edge, ...]]
    wired_inputs: Mapping[str, tuple[str, ...]]  # input ports with a wire, in port order
    sources: Mapping[tuple[str, str], frozenset[str]]  # (join, port) -> steps that can reach it
    triggers: tuple[str, ...] = ()
    version: str = field(default="")

    @cached_property
    def speaks_of_variables(self) -> bool:
        """Whether any text of a step may name the subnet's variables (``$vars``; ``_vars`` in Python)."""
        return any("vars" in text for step in self.flow.steps for _, text in strings(step.parameters))

    def step(self, step_id: str) -> Step:
        """The step; KeyError where the flow has none of that id."""
        return self.flow.by_id[step_id]

    def before(self, step_id: str) -> frozenset[str]:
        """The steps from which wires lead to a join."""
        ports = self.wired_inputs.get(step_id, ())
        return frozenset[str]().union(*(self.sources.get((step_id, port), frozenset()) for port in ports))

    def is_join(self, step_id: str) -> bool:
        """Whether the step waits for more than one input port."""
        return len(self.wired_inputs.get(step_id, ())) > 1


def compile_plan(flow: Flow, ports: Mapping[str, Ports], triggers: tuple[str, ...]) -> Plan:
    """Compile a flow whose steps have the given ports.

    A step with ``join: all`` gets one input port per wire, in the order the wires are listed.
    """
    edges = [_own_port(edge, flow.by_id[edge.target]) for edge in flow.edges]
    outgoing: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    incoming: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        outgoing[edge.source, edge.source_port].append(edge)
        incoming[edge.target].append(edge)
    wired = {step: _wired(step, incoming[step], ports, flow.by_id[step]) for step in incoming}
    sources = {
        (step, port): _reaching(step, port, incoming)
        for step, names in wired.items()
        if len(names) > 1
        for port in names
    }
    frozen = {key: tuple(value) for key, value in outgoing.items()}
    entering = {step: tuple(wires) for step, wires in incoming.items()}
    return Plan(flow, ports, frozen, entering, wired, sources, triggers, flow.version)


def _own_port(edge: Edge, target: Step) -> Edge:
    if target.join != "all":
        return edge
    return Edge(edge.source, edge.target, edge.source_port, f"from {edge.source} {edge.source_port}")


def _wired(step: str, edges: list[Edge], ports: Mapping[str, Ports], definition: Step) -> tuple[str, ...]:
    names = list(dict.fromkeys(edge.target_port for edge in edges))
    if definition.join != "all":
        order = {name: index for index, name in enumerate(ports[step].inputs)}
        names.sort(key=lambda name: order.get(name, len(order)))
    return tuple(names)


def _reaching(join: str, port: str, incoming: Mapping[str, list[Edge]]) -> frozenset[str]:
    """Steps from which a wire path leads to this port without passing through the join."""
    found: set[str] = set()
    todo = [edge.source for edge in incoming[join] if edge.target_port == port]
    while todo:
        step = todo.pop()
        if step in found or step == join:
            continue
        found.add(step)
        todo.extend(edge.source for edge in incoming.get(step, ()))
    return frozenset(found)


__all__ = ["FAILURE", "MAIN", "Plan", "Ports", "compile_plan"]
