"""What logic.switch is and which parameters it has."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from engine.base.limits import SWITCH_CASES_MAX
from engine.flow.model import FAILURE
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.conditions import VALUE, Condition

OTHERWISE = "otherwise"


class Case(Condition):
    """One case: a port, and the condition under which an item leaves by it."""

    name: str = Field(min_length=1, max_length=100, description="Name of the case, and of its port.")
    value: Any = Field(None, description="What this case looks at, if not the step's own value.")


class SwitchParameters(Parameters):
    """Parameters of logic.switch."""

    value: Any = Field(None, description=VALUE)
    cases: list[Case] = Field(
        min_length=1, max_length=SWITCH_CASES_MAX, description="The cases, tried from first to last."
    )
    allMatching: bool = Field(
        False, description="Send an item to every case that holds, not only to the first."
    )
    loose: bool = Field(False, description='Convert before comparing: "5" is 5, "true" is true.')

    @field_validator("cases")
    @classmethod
    def _distinct(cls, cases: list[Case]) -> list[Case]:
        """Each case has a port of its own."""
        seen = {OTHERWISE, FAILURE}
        for case in cases:
            if case.name in seen:
                raise ValueError(f"{case.name!r} is taken; each case needs a name of its own")
            seen.add(case.name)
        return cases


MANIFEST = Manifest(
    type="logic.switch",
    label="Switch",
    summary="Sends each item to the case that fits it.",
    group="logic",
    effect=Effect.PURE,
    parameters=SwitchParameters,
    outputs=(OTHERWISE,),
    icon="shuffle",
)
