"""What logic.merge is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.base.limits import MERGE_INPUTS_MAX, QUERY_CHARACTERS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import DOTS
from engine.steps.matching import FieldPair

Mode = Literal[
    "append",
    "combineByPosition",
    "combineByFields",
    "combineAll",
    "lookup",
    "sql",
    "chooseFirst",
    "chooseInput",
    "signal",
]


class MergeParameters(Parameters):
    """Parameters of logic.merge."""

    inputs: int = Field(
        2, ge=2, le=MERGE_INPUTS_MAX, description="Number of input ports: input 1, input 2, ..."
    )
    mode: Mode = Field(
        "append",
        description="append: all items, input after input. combineByPosition: the first items of all "
        "inputs become one, the second ones, ... combineByFields: items whose fields are equal become "
        "one. combineAll: every item of an input with every item of the others. lookup: the items of "
        "input 1, each with the fields of the last item of input 2 whose field says the same as text. sql: "
        "what a query gives. chooseFirst: the items of the first input that has any. chooseInput: the items "
        "of the input named by choose. signal: one empty item.",
    )
    choose: int = Field(
        1, ge=1, le=MERGE_INPUTS_MAX, description="Number of the input that chooseInput takes."
    )
    unpaired: Literal["keep", "drop", "first"] = Field(
        "keep",
        description="What combineByPosition does with items that have no partner in every input: keep or "
        "drop them, or keep those of input 1.",
    )
    whenEmpty: Literal["unpaired", "others"] = Field(
        "unpaired",
        description="What combineByPosition gives where an input has no items: as unpaired says, or what the "
        "others have.",
    )
    clash: Literal["last", "first", "suffix"] = Field(
        "last",
        description="Which input wins where two have the same field; with suffix both stay, and all names "
        "get the number of their input.",
    )
    prefer: int | None = Field(
        None,
        ge=1,
        le=MERGE_INPUTS_MAX,
        description="Number of the input that wins, instead of clash; with suffix the one whose fields stand "
        "under their own names, too.",
    )
    depth: Literal["shallow", "deep"] = Field(
        "shallow", description="Whether objects and lists in the same field are merged, too."
    )
    keepFilled: bool = Field(
        False, description="Whether a null or empty value leaves what another input has."
    )
    match: list[FieldPair] = Field(
        default_factory=list, description="The fields that combineByFields compares."
    )
    join: Literal["inner", "outer", "left", "right", "unmatched"] = Field(
        "inner",
        description="What combineByFields keeps: items with a partner, all, all of input 1, all of input 2, "
        "or those without a partner; lookup keeps items of input 1: those found, all (left), or the others.",
    )
    take: Literal["both", "input1", "input2"] = Field(
        "both", description="Whose data combineByFields gives where join is inner or unmatched."
    )
    multiple: Literal["all", "first"] = Field(
        "all", description="Whether an item is combined with all its partners or with the first."
    )
    fuzzy: bool = Field(
        False, description='Whether small differences of type do not count: "1" is 1, null is "".'
    )
    missing: Literal["allow", "fail"] = Field(
        "allow", description="What combineByFields does where no item of an input has a field to match."
    )
    dots: bool = Field(True, description=DOTS)
    query: str = Field(
        "",
        max_length=QUERY_CHARACTERS_MAX,
        description="A SELECT on the tables input1, input2, ..., with a column for every field.",
    )
    nulls: Literal["keep", "drop"] = Field(
        "keep", description="Whether columns without a value stand in the result as null."
    )
    emptyResult: Literal["none", "success"] = Field(
        "none", description="What a query without rows gives: nothing, or one item that says success."
    )

    @model_validator(mode="after")
    def _complete(self) -> MergeParameters:
        """The inputs named exist, and the mode has what it needs."""
        for name in ("choose", "prefer"):
            number = getattr(self, name)
            if number is not None and number > self.inputs:
                raise ValueError(f"{name} is {number}, but there are {self.inputs} inputs")
        if self.mode in ("combineByFields", "lookup") and not self.match:
            raise ValueError(f"{self.mode} needs fields to match")
        if self.mode in ("combineByFields", "lookup") and self.inputs != 2:
            raise ValueError(f"{self.mode} has two inputs")
        if self.mode == "sql" and not self.query.strip():
            raise ValueError("sql needs a query")
        return self


MANIFEST = Manifest(
    type="logic.merge",
    label="Merge",
    summary="Waits for several branches and makes one of them.",
    group="logic",
    effect=Effect.PURE,
    passes_on=True,
    parameters=MergeParameters,
    inputs=("input 1", "input 2"),
    icon="git-merge",
)
