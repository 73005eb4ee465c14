"""Bodies and answers of grants, roles, consents and validations."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from engine.base.limits import GRANT_TEXT_CHARACTERS_MAX
from engine.web.rest.models import Given, Shown

Line = Annotated[str, Field(max_length=GRANT_TEXT_CHARACTERS_MAX, pattern=r"^[^\x00-\x1f\x7f]*$")]
Word = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x20\x7f]+$")]
Seconds = Annotated[int, Field(ge=1, le=100 * 366 * 86_400)]


class GrantBody(Given):
    """Who may do what to what, for which purpose and how long."""

    who: Word
    actions: list[Word] = []
    resource: Line = "*"
    scopes: list[Word] = []
    role: Line = ""
    purpose: Line = ""
    expiresInSeconds: Seconds | None = None


class RenewBody(Given):
    """How long from now on; without, it does not end by itself any more."""

    expiresInSeconds: Seconds | None = None


class GrantShown(Shown):
    """A grant."""

    id: str
    who: str
    actions: list[str]
    resource: str
    scopes: list[str]
    role: str
    purpose: str
    grantedBy: str
    grantedAt: str
    expiresAt: str | None
    revokedAt: str | None
    revokedBy: str


class RoleBody(Given):
    """A bundle of actions."""

    actions: list[Word] = []
    scopes: list[Word] = []
    description: Line = ""


class RoleShown(Shown):
    """A role."""

    name: str
    actions: list[str]
    scopes: list[str]
    description: str
    updatedAt: str


class ConsentBody(Given):
    """A person's consent."""

    person: Line
    purpose: Line
    resource: Line = "*"
    expiresInSeconds: Seconds | None = None


class ConsentShown(Shown):
    """A consent."""

    id: str
    person: str
    purpose: str
    resource: str
    recordedBy: str
    givenAt: str
    expiresAt: str | None
    withdrawnAt: str | None


class ValidationShown(Shown):
    """A denied validation, or ``count`` passed ones."""

    id: str
    kind: str
    actor: str
    action: str
    resource: str
    passed: bool
    count: int
    from_: str = Field(alias="from")
    until: str
    operationId: str
    executionId: str
    layer: str
    code: str
    finding: dict[str, Any]


class Validations(Shown):
    """A page of validations; ``next`` goes into ``before`` for the next one."""

    validations: list[ValidationShown]
    next: str | None
