"""What data.date is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import Field, field_validator

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import FieldNames

Operation = Literal["format", "add", "subtract", "part", "now", "between", "round"]
Unit = Literal["years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds"]
FORMAT_CHARACTERS_MAX = 200


class DateParameters(Parameters):
    """Parameters of data.date."""

    operation: Operation = Field(
        "format",
        description="format writes a date; add and subtract move it; part takes a number out of it; now is "
        "the time of the run; between is how long it is from date to end; round goes to the start of a unit.",
    )
    date: Any = Field(
        None,
        description="A date in any common notation, or seconds or milliseconds since 1970, or an object "
        "{at, zone}: an ISO date that is shown in its own zone. Null stays null.",
    )
    end: Any = Field(None, description="For between: the later date.")
    fromFormat: str = Field(
        "", max_length=FORMAT_CHARACTERS_MAX, description="How the date is written, where it is not common."
    )
    loose: bool = Field(
        False,
        description="Read fromFormat with Moment's letters as Moment does: what does not fit is passed over.",
    )
    fromZone: str = Field("", description="Time zone of dates that name none; without it the flow's.")
    zone: str = Field("", description="Time zone of the result; without it the flow's.")
    ahead: bool = Field(
        False, description="Show a date that names a zone ahead of UTC, as +02:00, in that zone, to the hour."
    )
    format: str = Field(
        "yyyy-MM-dd", max_length=FORMAT_CHARACTERS_MAX, description="How the result is written."
    )
    tokens: Literal["luxon", "moment"] = Field(
        "luxon", description="The letters that formats are made of: yyyy-MM-dd, or YYYY-MM-DD."
    )
    utc: bool = Field(False, description="Write moved and rounded dates in UTC, with a Z.")
    amount: float = Field(0, description="How many units to move the date.")
    unit: Unit = Field("days", description="The unit to move by, to take out, or to round to.")
    up: bool = Field(False, description="Round to the start of the next unit, instead of this one.")
    time: bool = Field(True, description="Whether now has the time of day, or is the start of the day.")
    units: FieldNames = Field(
        default_factory=lambda: ["days"], description="The units in which between is told."
    )
    iso: bool = Field(False, description="Tell between as an ISO 8601 duration, P1DT2H.")
    into: str = Field("date", min_length=1, description="The field that gets the result.")
    keep: Literal["all", "none"] = Field("all", description="Whether the item's other fields stay.")
    dots: bool = Field(True, description="Whether dots in into lead into objects.")

    @field_validator("units")
    @classmethod
    def _known(cls, units: list[str]) -> list[str]:
        """Only units of time."""
        for unit in units:
            if unit not in get_args(Unit):
                raise ValueError(f"{unit!r} is no unit; known are {', '.join(get_args(Unit))}")
        return units


MANIFEST = Manifest(
    type="data.date",
    label="Date and time",
    summary="Reads, writes, moves, compares and rounds dates.",
    group="data",
    effect=Effect.PURE,
    parameters=DateParameters,
    icon="calendar",
)
