"""Validation of step parameters with the step type's own model, in the engine's words."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from engine.base.errors import InvalidInput, Problem


def validated(model: type[BaseModel], values: Mapping[str, Any], step: str) -> Any:
    """An instance of ``model``; raises :class:`InvalidInput` with a problem per wrong field."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        problems = problems_of(error, model, f"steps.{step}.parameters")
        raise InvalidInput(f"step {step!r} has wrong parameters", problems) from error


def problems_of(error: ValidationError, model: type[BaseModel], path: str) -> list[Problem]:
    """Pydantic's findings as problems, unknown keys with the nearest known one."""
    problems = []
    for finding in error.errors(include_url=False):
        location = ".".join([path, *(str(part) for part in finding["loc"])])
        hint = None
        if finding["type"] == "extra_forbidden":
            near = get_close_matches(str(finding["loc"][-1]), list(model.model_fields), 1)
            hint = f"did you mean {near[0]!r}?" if near else None
        problems.append(Problem(location, finding["msg"], finding["type"], hint=hint))
    return problems
