"""The variables of a subnet: texts that its flows read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from designer.access import answer, local_redirect, page
from designer.times import time_of
from engine.api import InvalidInput, Principal, world
from engine.api.credentials import (
    VARIABLE_CHARACTERS_MAX,
    VARIABLE_NAME_CHARACTERS_MAX,
    delete_variable,
    list_variables,
    set_variable,
)


@require_safe
@page
def overview(request: HttpRequest, actor: Principal) -> HttpResponse:
    """All of them, and a form for one more."""
    return render(request, "designer/variables.html", _shown(actor))


@require_safe
@never_cache
@answer
def values(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Name -> value, for the editor."""
    return JsonResponse({one.name: one.value for one in list_variables(world(), actor)})


@require_POST
@page
def put(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Set one, new or changed."""
    name, value = request.POST.get("name", "").strip(), request.POST.get("value", "")
    try:
        set_variable(world(), actor, name, value.replace("\r\n", "\n"))
    except InvalidInput as error:
        again = {"wrong": error, "name": name, "value": value}
        return render(request, "designer/variables.html", {**_shown(actor), **again}, status=422)
    messages.success(request, f"{name} is set.")
    return local_redirect("designer:variables")


@require_POST
@page
def delete(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Forget one."""
    name = request.POST.get("name", "")
    delete_variable(world(), actor, name)
    messages.success(request, f"{name} is deleted.")
    return local_redirect("designer:variables")


def _shown(actor: Principal) -> dict[str, Any]:
    found = list_variables(world(), actor)
    return {
        "rows": [(one, time_of(one.updated_us)) for one in found],
        "may_change": actor.may("admin"),
        "most": VARIABLE_CHARACTERS_MAX,
        "name_most": VARIABLE_NAME_CHARACTERS_MAX,
        "example": "{{ $vars.API_BASE }}",
    }
