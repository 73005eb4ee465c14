"""What data.compare is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import DOTS, FieldNames
from engine.steps.matching import FieldPair


class CompareParameters(Parameters):
    """Parameters of data.compare."""

    match: list[FieldPair] = Field(min_length=1, description="Fields that say which items belong together.")
    show: Literal["both", "first", "second", "mix"] = Field(
        "both",
        description="What leaves by different: both values of every field, the item of input 1, that of "
        "input 2, or a mix.",
    )
    prefer: Literal["first", "second"] = Field("first", description="The input that a mix takes fields from.")
    exceptFields: FieldNames = Field(
        default_factory=list, description="Fields that a mix takes from the other input."
    )
    skip: FieldNames = Field(default_factory=list, description="Fields whose differences do not count.")
    multiple: Literal["first", "all"] = Field(
        "first", description="Whether an item is compared with its first partner or with all of them."
    )
    fuzzy: bool = Field(
        False, description='Whether small differences of type do not count: "1" is 1, null is "".'
    )
    zeroIsNull: bool = Field(False, description="Whether fuzzy takes null for 0 as well.")
    missing: Literal["allow", "fail"] = Field(
        "allow", description="What to do where no item of an input has a field to match."
    )
    names: tuple[str, str] = Field(
        ("inputA", "inputB"), description="What the two values of a field are called where both are shown."
    )
    empty: Literal["compare", "skip"] = Field(
        "compare", description="Whether items without any field are compared, or left out."
    )
    absent: Literal["alike", "differs"] = Field(
        "alike",
        description="Whether both shows a field that one input lacks among those that are the same, where "
        "fuzzy takes it for the same.",
    )
    blanks: Literal["keep", "null"] = Field(
        "keep", description="Whether 0, false and empty text are shown as they are, or as null."
    )
    dots: bool = Field(True, description=DOTS)
    nestedKeys: bool = Field(True, description="Whether keys names fields inside others, too.")


MANIFEST = Manifest(
    type="data.compare",
    label="Compare datasets",
    summary="Tells which items two inputs share, and where they differ.",
    group="data",
    effect=Effect.PURE,
    passes_on=True,
    parameters=CompareParameters,
    inputs=("input 1", "input 2"),
    outputs=("only first", "same", "different", "only second"),
    icon="columns",
)
