"""What logic.switch is and which parameters it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, model_validator

from engine.base.limits import CONDITIONS_MAX, SWITCH_CASES_MAX
from engine.flow.model import FAILURE
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.conditions import COMPARE_TO, FOLD, OPERATOR, TYPE, VALUE, Asked, Condition
from engine.steps.typed_words import UNARY, Operator, ValueType

OTHERWISE = "otherwise"
_SINGLE = ("value", "operator", "compareTo", "type", "ignoreCase")


class Case(Parameters):
    """One case: a port, and the conditions under which an item leaves by it."""

    name: str = Field(min_length=1, max_length=100, description="Name of the case, and of its port.")
    value: Any = Field(None, description="What this case looks at, if not the step's own value.")
    operator: Operator | None = Field(None, description=OPERATOR)
    compareTo: Any = Field(None, description=COMPARE_TO)
    type: ValueType | None = Field(None, description=TYPE)
    ignoreCase: bool = Field(False, description=FOLD)
    conditions: list[Condition] = Field(
        default_factory=list, max_length=CONDITIONS_MAX, description="Several conditions instead of one."
    )
    combine: Literal["all", "any"] = Field(
        "all", description="Whether all conditions must hold, or any one of them."
    )
    to: str | None = Field(
        None, min_length=1, max_length=100, description="Leave by the port of this case instead."
    )

    @model_validator(mode="after")
    def _complete(self) -> Case:
        """One condition, or several."""
        given = set(_SINGLE) & self.model_fields_set
        if bool(given) == bool(self.conditions):
            raise ValueError("give operator and compareTo, or conditions")
        if given and (self.operator or "equals") not in UNARY and "compareTo" not in given:
            raise ValueError(f"{self.operator or 'equals'} needs compareTo")
        return self

    def asked(self, value: Any) -> Iterator[Asked]:
        """The conditions, with what they look at: their own value, or the step's."""
        if self.conditions:
            yield from ((one, one.value) for one in self.conditions)
            return
        fields = {name: getattr(self, name) for name in _SINGLE if name in self.model_fields_set}
        fields = {
            "operator": "equals",
            **{name: found for name, found in fields.items() if found is not None},
        }
        one = Condition.model_construct(**{"value": None, "compareTo": self.compareTo, **fields})
        yield one, (self.value if "value" in self.model_fields_set else value)


class SwitchParameters(Parameters):
    """Parameters of logic.switch."""

    value: Any = Field(None, description=VALUE)
    cases: list[Case] = Field(
        default_factory=list,
        max_length=SWITCH_CASES_MAX,
        description="The cases, tried from first to last.",
    )
    output: int | None = Field(
        None, description="The number of the port by which an item leaves, from 0, instead of cases."
    )
    outputs: int = Field(
        4,
        ge=1,
        le=SWITCH_CASES_MAX,
        description="How many ports there are where output chooses one; where cases do, the numbered ports "
        "that there are besides.",
    )
    fallback: str | None = Field(
        None, description="The port by which an item leaves that fits no case; without it otherwise."
    )
    allMatching: bool = Field(
        False, description="Send an item to every case that holds, not only to the first."
    )
    loose: bool = Field(False, description='Convert before comparing: "5" is 5, "true" is true.')

    @model_validator(mode="after")
    def _sound(self) -> SwitchParameters:
        """Each case has a port of its own, and there is a way to choose."""
        if bool(self.cases) == (self.output is not None):
            raise ValueError("give cases, or the number of an output")
        seen = {OTHERWISE, FAILURE}
        for case in self.cases:
            if case.name in seen:
                raise ValueError(f"{case.name!r} is taken; each case needs a name of its own")
            seen.add(case.name)
        return self


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
