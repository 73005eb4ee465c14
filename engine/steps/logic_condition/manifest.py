"""What logic.condition is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from engine.base.limits import CONDITIONS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.conditions import COMPARE_TO, FOLD, OPERATOR, TYPE, VALUE, Condition
from engine.steps.typed_words import UNARY, Operator, ValueType

_SINGLE = ("value", "compareTo", "type", "ignoreCase")


class ConditionParameters(Parameters):
    """Parameters of logic.condition."""

    value: Any = Field(None, description=VALUE)
    operator: Operator | None = Field(None, description=OPERATOR)
    compareTo: Any = Field(None, description=COMPARE_TO)
    type: ValueType | None = Field(None, description=TYPE)
    ignoreCase: bool = Field(False, description=FOLD)
    conditions: list[Condition] = Field(
        default_factory=list,
        max_length=CONDITIONS_MAX,
        description="Several conditions, instead of or beside the single one above.",
    )
    combine: Literal["all", "any"] = Field(
        "all", description="Whether all conditions must hold, or any one of them."
    )
    loose: bool = Field(
        False,
        description='Convert before comparing: "5" is 5, "true" is true, a number is text where needed.',
    )

    @model_validator(mode="after")
    def _some_condition(self) -> ConditionParameters:
        """The single condition joins the others as the first."""
        given = self.model_fields_set
        if {"value", "operator", "compareTo"} & given:
            fields = {name: getattr(self, name) for name in _SINGLE if name in given}
            operator = self.operator or "equals"
            if operator not in UNARY and "compareTo" not in given:
                raise ValueError(f"{operator} needs compareTo")
            self.conditions = [Condition(operator=operator, **fields), *self.conditions]
        if not self.conditions:
            raise ValueError("give value, operator and compareTo, or conditions")
        return self


MANIFEST = Manifest(
    type="logic.condition",
    label="Condition",
    summary="Sends each item to true or false.",
    group="logic",
    effect=Effect.PURE,
    parameters=ConditionParameters,
    outputs=("true", "false"),
    icon="git-branch",
    aliases=("condition",),
)
