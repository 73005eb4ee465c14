"""A DAO's charter: what it is for, and how proposals of each risk class are decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from engine.api import InvalidInput
from engine.api.governing import problems_of
from governance.domain.limits import (
    CREDITS_MAX,
    OPEN_PROPOSALS_MAX,
    POLICY_S_MAX,
    POLICY_S_MIN,
    STAGE_S_MAX,
    STOP_S_MAX,
    TEXT_CHARACTERS_MAX,
    VALIDATORS_MAX,
)
from governance.domain.words import Method, Risk

_FORM = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)

Percent = Annotated[int, Field(ge=0, le=100)]
StageSeconds = Annotated[int, Field(ge=0, le=STAGE_S_MAX)]
DAY_S = 24 * 3600


class Rule(BaseModel):
    """How proposals of one risk class are decided. Times are seconds, shares percent.

    ``vote``: it passes where ``quorum`` of all votes took part and more than ``support`` of those that said
    yes or no said yes. ``objection``: it passes unless at least ``veto`` of all votes say no.
    ``reports``: how many nodes make the checks of a template, and must find the same.
    """

    model_config = _FORM
    mode: Literal["vote", "objection"] = "vote"
    method: Literal[Method.SINGLE, Method.WEIGHTED] = Method.SINGLE
    quorum: Percent = 20
    support: Annotated[int, Field(ge=0, le=99)] = 50
    veto: Annotated[int, Field(ge=1, le=100)] = 20
    reports: Annotated[int, Field(ge=1, le=VALIDATORS_MAX)] = 1
    reviewers: Annotated[int, Field(ge=0, le=20)] = 1
    review_seconds: StageSeconds = 14 * DAY_S
    voting_seconds: Annotated[int, Field(ge=1, le=STAGE_S_MAX)] = 5 * DAY_S
    timelock_seconds: StageSeconds = DAY_S
    extension_seconds: StageSeconds = DAY_S
    secret: bool = False
    reveal_seconds: Annotated[int, Field(ge=1, le=STAGE_S_MAX)] = DAY_S

    @model_validator(mode="after")
    def _objections_are_open(self) -> Rule:
        if self.secret and self.mode == "objection":
            raise ValueError("objections are open: leave secret out, or choose the mode vote")
        return self


class Rules(BaseModel):
    """The rule of each risk class."""

    model_config = _FORM
    low: Rule = Rule(mode="objection", quorum=0, voting_seconds=2 * DAY_S)
    medium: Rule = Rule()
    high: Rule = Rule(quorum=33, support=60, reviewers=2, timelock_seconds=2 * DAY_S)
    critical: Rule = Rule(quorum=50, support=66, reviewers=2, timelock_seconds=3 * DAY_S)

    def of(self, risk: Risk) -> Rule:
        """The rule of a class."""
        rule: Rule = getattr(self, str(risk))
        return rule


class Charter(BaseModel):
    """What the members agreed on.

    ``admission``: whether an invitation by a member suffices or new members are voted in.
    ``proven``: members prove that they are distinct persons; without it there is no quadratic voting.
    ``ratify_seconds``: how long a guardian's stop holds by itself.
    """

    model_config = _FORM
    text: Annotated[str, Field(max_length=TEXT_CHARACTERS_MAX)] = ""
    rules: Rules = Rules()
    admission: Literal["invitation", "vote"] = "vote"
    proven: bool = False
    credits: Annotated[int, Field(ge=1, le=CREDITS_MAX)] = 100
    ratify_seconds: Annotated[int, Field(ge=60, le=STOP_S_MAX)] = 7 * DAY_S
    open_per_member: Annotated[int, Field(ge=1, le=100)] = 3
    per_member_and_day: Annotated[int, Field(ge=1, le=100)] = 5
    open_most: Annotated[int, Field(ge=1, le=OPEN_PROPOSALS_MAX)] = 100
    cooldown_seconds: StageSeconds = 7 * DAY_S
    policy_seconds: Annotated[int, Field(ge=POLICY_S_MIN, le=POLICY_S_MAX)] = 90 * DAY_S

    def plain(self) -> dict[str, Any]:
        """As facts and doors carry it."""
        return self.model_dump(mode="json", by_alias=True)


def usual_charter(reviewers: int) -> Charter:
    """The charter of a DAO that wrote none, with so many reviewers: nobody reviews a proposal of their own,
    so that one fewer can be asked for."""
    rules = Rules()
    most = max(0, reviewers - 1)
    fewer = {str(risk): _fewer(rules.of(risk), most) for risk in Risk}
    return Charter(rules=rules.model_copy(update=fewer))


def _fewer(rule: Rule, most: int) -> Rule:
    return rule.model_copy(update={"reviewers": min(rule.reviewers, most)})


def charter_of(value: Mapping[str, Any]) -> Charter:
    """Read a charter; what it leaves out has its default. Raises :class:`InvalidInput`."""
    try:
        return Charter.model_validate(dict(value))
    except ValidationError as error:
        raise InvalidInput("the charter is not valid", problems_of(error, Charter, "charter")) from error
