"""REST: the variables of a subnet."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from engine.base.limits import VARIABLE_CHARACTERS_MAX
from engine.ports.variables import Variable as Found
from engine.usecases import manage_variables as uses
from engine.web.rest.calls import call
from engine.web.rest.execution_views import time_of
from engine.web.rest.models import Given, Shown

router = Router(tags=["variables"])

Json = dict[str, Any]


class Variable(Shown):
    """A text that flows read as ``$vars.NAME``. It is no secret."""

    name: str
    value: str
    updatedAt: str
    updatedBy: str


class VariableBody(Given):
    """What a variable is set to."""

    value: Annotated[str, Field(max_length=VARIABLE_CHARACTERS_MAX)]


@router.get("/variables", response=list[Variable])
async def list_variables(request: HttpRequest) -> list[Json]:
    """All variables of the subnet."""
    return [view_of(one) for one in await call(request, uses.list_variables)]


@router.put("/variables/{name}", response=Variable)
async def set_variable(request: HttpRequest, name: str, body: VariableBody) -> Json:
    """Store a variable, new or changed."""
    return view_of(await call(request, uses.set_variable, name, body.value))


@router.delete("/variables/{name}", response={204: None})
async def delete_variable(request: HttpRequest, name: str) -> Status[None]:
    """Forget a variable; expressions find it undefined from then on."""
    await call(request, uses.delete_variable, name)
    return Status(204, None)


def view_of(variable: Found) -> Json:
    """A ``Variable``."""
    return {
        "name": variable.name,
        "value": variable.value,
        "updatedAt": time_of(variable.updated_us),
        "updatedBy": variable.updated_by,
    }
