"""Check a flow definition against the formats and the step types this node has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from pydantic import ValidationError

from engine.base.errors import InvalidInput, Problem
from engine.base.limits import Limits
from engine.flow.catalogue import ParameterFinding
from engine.flow.model import Flow
from engine.flow.parse import Parsed, parse_flow
from engine.flow.references import is_dynamic
from engine.flow.shape_check import describe, inside, one_per_place, place_of
from engine.ports.access_store import Principal
from engine.ports.step_catalogue import StepCatalogue, TriggerType
from engine.usecases.permission import require
from engine.usecases.world import World

Definition = str | bytes | Mapping[str, Any]
"""A definition as text (JSON or YAML) or as the value that JSON text stands for."""

FILLED_IN = {"trigger.webhook": ("path",)}
"""Required parameters that publishing fills in: a webhook without a path answers at the flow's id."""

_ALWAYS_WRONG = ("missing", "extra_forbidden")


def validate_flow(
    world: World, actor: Principal, definition: Definition, *, name: str = "", draft: bool = False
) -> Parsed:
    """The flow and all problems, without storing anything. ``name`` is the file's name: the flow's
    id where the definition gives none."""
    require(world, actor, "flows:read")
    limits = world.policy.of(actor.subnet).limits
    return parsed(definition, world.catalogue, limits, PurePath(name).stem, draft=draft)


def valid_flow(
    world: World, actor: Principal, definition: Definition, name: str = "", *, draft: bool = False
) -> Flow:
    """The flow; raises :class:`InvalidInput` with all problems. A ``draft`` may be incomplete."""
    limits = world.policy.of(actor.subnet).limits
    result = parsed(definition, world.catalogue, limits, PurePath(name).stem, draft=draft)
    if result.flow is None:
        count = len(result.errors)
        noun = "problem" if count == 1 else "problems"
        raise InvalidInput(f"the flow definition has {count} {noun}", result.problems)
    return result.flow


def parsed(
    definition: Definition,
    catalogue: StepCatalogue,
    limits: Limits,
    default_id: str = "",
    *,
    draft: bool = False,
) -> Parsed:
    """Parse with this node's step types. Problems of a definition that is not text have no lines."""
    types = NodeTypes(catalogue)
    if isinstance(definition, str | bytes):
        return parse_flow(definition, types, default_id=default_id or None, limits=limits, draft=draft)
    try:
        text = json.dumps(definition, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        problem = Problem("definition", f"is not a JSON value: {error}", "not_json")
        return Parsed(None, (problem,))
    result = parse_flow(text, types, default_id=default_id or None, limits=limits, draft=draft)
    return Parsed(result.flow, tuple(_without_line(problem) for problem in result.problems))


def step_problems(catalogue: StepCatalogue, type_name: str, parameters: Mapping[str, Any]) -> list[str]:
    """What is wrong with a step's parameters, as far as it shows before it runs; raises
    :class:`UnknownObject` for an unknown type."""
    findings = NodeTypes(catalogue).check(type_name, parameters)
    return [f"{'.'.join(map(str, finding.path)) or type_name}: {finding.message}" for finding in findings]


def _without_line(problem: Problem) -> Problem:
    return Problem(problem.path, problem.message, problem.code, None, problem.hint, problem.severity)


class NodeTypes:
    """The node's step types, as the formats ask about them."""

    def __init__(self, catalogue: StepCatalogue) -> None:
        self._catalogue = catalogue
        self._names = tuple(catalogue.names())

    def names(self) -> Iterable[str]:
        """All step types."""
        return self._names

    def resolve_alias(self, name: str) -> str | None:
        """The type that another format's name stands for, or None."""
        return self._catalogue.resolve_alias(name)

    def is_trigger(self, type_name: str) -> bool:
        """Whether steps of this type start executions."""
        return isinstance(self._catalogue.get(type_name), TriggerType)

    def ports(
        self, type_name: str, parameters: Mapping[str, Any]
    ) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Input and output ports, or None where the parameters are too wrong to tell."""
        kind = self._catalogue.get(type_name)
        try:
            return tuple(kind.ports_in(parameters)), tuple(kind.ports_out(parameters))
        except Exception:  # parameters are unchecked here; check() says what is wrong with them
            return None

    def check(self, type_name: str, parameters: Mapping[str, Any]) -> Sequence[ParameterFinding]:
        """What the type's model says, leaving out values that hold references."""
        model = self._catalogue.get(type_name).manifest.parameters
        try:
            model.model_validate(dict(parameters))
        except ValidationError as error:
            findings = error.errors(include_url=False)
        except Exception as error:  # a type's own validator fell over: still only a wrong definition
            message = f"{type_name} cannot read these parameters: {error}"
            return [ParameterFinding((), message[:500], "unreadable")]
        else:
            return ()
        filled_in = FILLED_IN.get(type_name, ())
        return [
            ParameterFinding(place_of(finding, parameters), *describe(model, finding))
            for finding in one_per_place(findings, parameters)
            if not (finding["type"] == "missing" and finding["loc"][-1] in filled_in)
            and (finding["type"] in _ALWAYS_WRONG or not _is_dynamic_at(finding["loc"], parameters))
        ]


def _is_dynamic_at(location: tuple[int | str, ...], parameters: Mapping[str, Any]) -> bool:
    """Whether the value that a finding is about is only known when the flow runs."""
    value: Any = parameters
    for part in inside(location, parameters):
        value = value[part]
    return is_dynamic(value)
