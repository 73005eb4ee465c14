"""One condition as people write it, and whether it holds; shared by the steps that branch."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from engine.base.errors import StepFailure
from engine.steps.base import Parameters
from engine.steps.operators import UNARY, NotComparable, Operator, holds

VALUE = "What is looked at, usually a reference such as $json.status."
OPERATOR = "How value is compared. Operators that ask about value alone, such as isEmpty, need no compareTo."
COMPARE_TO = "What value is compared with."


class Condition(Parameters):
    """``value operator compareTo``."""

    value: Any = Field(None, description=VALUE)
    operator: Operator = Field("equals", description=OPERATOR)
    compareTo: Any = Field(None, description=COMPARE_TO)

    @model_validator(mode="after")
    def _complete(self) -> Condition:
        """An operator that compares has something to compare with."""
        if self.operator not in UNARY and "compareTo" not in self.model_fields_set:
            raise ValueError(f"{self.operator} needs compareTo")
        return self


def is_met(condition: Condition, value: Any, loose: bool, where: str) -> bool:
    """Whether the condition holds for a value; raises :class:`StepFailure` naming the place."""
    try:
        return holds(condition.operator, value, condition.compareTo, loose)
    except NotComparable as error:
        raise StepFailure(f"{where}: {error}", place=where) from error
