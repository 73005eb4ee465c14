"""A small catalogue of step types, and shortcuts for parsing with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.errors import Problem
from engine.base.limits import Limits
from engine.flow.catalogue import ParameterFinding
from engine.flow.model import Flow
from engine.flow.parse import Parsed, parse_flow

OUTPUTS = {
    "logic.condition": ("true", "false"),
    "logic.loop": ("loop", "done"),
    "flow.approval": ("approved", "rejected"),
    "flow.end": (),
}
INPUTS = {"logic.merge": ("input 1", "input 2")}
NAMES = (
    "trigger.manual",
    "trigger.webhook",
    "trigger.event",
    "logic.condition",
    "logic.parallel",
    "logic.loop",
    "logic.merge",
    "flow.approval",
    "flow.noop",
    "flow.end",
    "http.request",
    "data.set",
)


USUAL = Limits()


class SmallCatalogue:
    """Knows a dozen types; http.request wants a url."""

    def names(self) -> Sequence[str]:
        return NAMES

    def resolve_alias(self, name: str) -> str | None:
        return {"network_request": "http.request", "transform_map": "data.set"}.get(name)

    def is_trigger(self, type_name: str) -> bool:
        return type_name.startswith("trigger.")

    def ports(
        self, type_name: str, parameters: Mapping[str, Any]
    ) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        inputs = () if self.is_trigger(type_name) else INPUTS.get(type_name, ("main",))
        return inputs, OUTPUTS.get(type_name, ("main",))

    def check(self, type_name: str, parameters: Mapping[str, Any]) -> Sequence[ParameterFinding]:
        if type_name == "http.request" and "url" not in parameters:
            return [ParameterFinding(("url",), "is required", "missing")]
        return []


def parse(text: str | bytes, **options: Any) -> Parsed:
    return parse_flow(text, SmallCatalogue(), **options)


def flow_of(text: str | bytes) -> Flow:
    parsed = parse(text)
    assert parsed.flow is not None, "\n".join(map(str, parsed.problems))
    return parsed.flow


def problems(text: str | bytes, limits: Limits = USUAL) -> tuple[Problem, ...]:
    return parse(text, limits=limits).problems


def only(text: str | bytes, code: str) -> Problem:
    """The one problem with a code."""
    found = [problem for problem in problems(text) if problem.code == code]
    assert len(found) == 1, "\n".join(map(str, problems(text)))
    return found[0]


def wires(flow: Flow) -> list[str]:
    """Edges as ``source.port target``, with the target's port where it is not main."""
    return [
        f"{e.source}.{e.source_port} {e.target}" + (f".{e.target_port}" if e.target_port != "main" else "")
        for e in flow.edges
    ]
