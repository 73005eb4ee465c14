"""What logic.merge is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.base.limits import MERGE_INPUTS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class MergeParameters(Parameters):
    """Parameters of logic.merge."""

    inputs: int = Field(
        2, ge=2, le=MERGE_INPUTS_MAX, description="Number of input ports: input 1, input 2, ..."
    )
    mode: Literal["append", "combineByPosition", "chooseFirst", "chooseInput"] = Field(
        "append",
        description="append: all items, input after input. combineByPosition: the first items of all "
        "inputs become one, the second ones, ... chooseFirst: the items of the first input that has "
        "any. chooseInput: the items of the input named by choose.",
    )
    choose: int = Field(
        1, ge=1, le=MERGE_INPUTS_MAX, description="Number of the input that chooseInput takes."
    )
    unpaired: Literal["keep", "drop"] = Field(
        "keep", description="What combineByPosition does with items that have no partner in every input."
    )
    clash: Literal["last", "first"] = Field(
        "last", description="Which input wins where combineByPosition finds a field twice."
    )

    @model_validator(mode="after")
    def _existing_input(self) -> MergeParameters:
        """The input chosen is one of those there are."""
        if self.choose > self.inputs:
            raise ValueError(f"choose is {self.choose}, but there are {self.inputs} inputs")
        return self


MANIFEST = Manifest(
    type="logic.merge",
    label="Merge",
    summary="Waits for several branches and makes one of them.",
    group="logic",
    effect=Effect.PURE,
    parameters=MergeParameters,
    inputs=("input 1", "input 2"),
    icon="git-merge",
)
