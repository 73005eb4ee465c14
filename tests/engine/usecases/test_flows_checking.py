"""Step types as the formats ask about them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, field_validator

from engine.base.limits import Limits
from engine.ports.step_catalogue import Effect, Manifest, StepContext, StepResult, StepType
from engine.usecases.validate_flow import NodeTypes, parsed


class Fragile(BaseModel):
    names: list[str] = []

    @field_validator("names", mode="before")
    @classmethod
    def _falls_over(cls, value: Any) -> Any:
        return list({*value})


class FragileStep(StepType):
    manifest = Manifest("test.fragile", "", "", "test", Effect.PURE, Fragile)

    def ports_out(self, parameters):
        return tuple(parameters["names"])

    def run(self, context: StepContext) -> StepResult:
        raise NotImplementedError


class OneType:
    def get(self, type_name):
        return FragileStep()

    def names(self):
        return ["test.fragile"]

    def resolve_alias(self, name):
        return None


def test_a_type_whose_own_checks_fall_over_still_gives_a_problem():
    text = "id: f\nsteps:\n  - {id: a, type: test.fragile, params: {names: [[]]}}"
    (problem,) = parsed(text, OneType(), Limits()).problems
    assert (problem.path, problem.line, problem.code) == ("steps[0].params", 3, "unreadable")


def test_ports_that_cannot_be_told_are_not_checked():
    types = NodeTypes(OneType())
    assert types.ports("test.fragile", {}) is None
    assert types.ports("test.fragile", {"names": ["x"]}) == (("main",), ("x",))
    text = "id: f\nsteps: [{id: a, type: test.fragile, next: {odd: b}}, {id: b, type: test.fragile}]"
    assert parsed(text, OneType(), Limits()).problems == ()
