"""Settings: the limits of the subnet, to be lowered; and those of the node, to be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from designer.access import local_redirect, page
from engine.api import PERSONAL, InvalidInput, PolicyViolation, Principal, Problem, world
from engine.api.node import UNLIMITED, SettingView, lower_limits, node_settings, subnet_limits

LIMITS = (
    ("retention_days", "Days that executions are kept", "unless a flow says otherwise"),
    ("audit_retention_days", "Days that the audit trail is kept", ""),
    ("executions_running_max", "Executions that run at a time", "more wait in their lanes"),
    ("executions_pending_max", "Executions that wait", "more are refused"),
    ("executions_per_day_max", "Executions begun on a day (UTC)", ""),
    ("steps_per_minute_max", "Attempts of steps in a minute", "more wait"),
    ("step_timeout_ms", "Milliseconds of one step", ""),
    ("execution_timeout_ms", "Milliseconds of one execution", "waits do not count"),
    ("stored_bytes_max", "Bytes of stored data", ""),
    ("flows_max", "Flows", "archived ones too"),
    ("tokens_max", "API tokens", "in force"),
)
"""What a subnet's administrators may lower here: name, label, and what else is to be known."""

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@require_safe
@page
def overview(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The page."""
    return render(request, "designer/settings.html", _shown(actor))


@require_POST
@page
def change(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Lower limits of the subnet, or leave them to the node again."""
    try:
        wanted = {name: _number(request.POST, name) for name, _, _ in LIMITS}
        lower_limits(world(), actor, wanted, _number(request.POST, "revision") or 0)
    except (InvalidInput, PolicyViolation) as error:
        again = {"wrong": _in_words(error)}
        return render(request, "designer/settings.html", {**_shown(actor, request.POST), **again}, status=422)
    messages.success(request, "The limits are changed.")
    return local_redirect("designer:settings")


def _in_words(error: InvalidInput | PolicyViolation) -> str:
    """What is wrong, with the labels of the fields."""
    labels = {name: label for name, label, _ in LIMITS}
    told = [f"{labels.get(one.path, one.path)}: {one.message}" for one in getattr(error, "problems", ())]
    return "; ".join(told) or error.message


def _number(form: QueryDict, name: str) -> int | None:
    """A whole number, or None where nothing is written."""
    text = form.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise InvalidInput("the limits are not right", [Problem(name, "a whole number, or nothing")])
    return int(text)


def _shown(actor: Principal, typed: QueryDict | None = None) -> dict[str, Any]:
    found = subnet_limits(world(), actor)
    keeper = actor.subnet == PERSONAL and actor.may("admin")
    node, limits = node_settings(world(), actor) if keeper else ([], [])
    return {
        "subnet": actor.subnet,
        "governed": found.governed,
        "revision": found.revision,
        "may_change": actor.may("admin") and not found.governed,
        "rows": [
            {
                "name": name,
                "label": label,
                "note": note,
                "value": (typed or {}).get(name, found.lowered.get(name, "")),
                "most": _told(getattr(found.node, name)),
            }
            for name, label, note in LIMITS
        ],
        "keeper": keeper,
        "node": [_line(view, str) for view in node],
        "limits": [_line(view, _told) for view in limits],
    }


def _line(view: SettingView, told: Callable[[int], str]) -> dict[str, Any]:
    value = ", ".join(map(str, view.value)) if isinstance(view.value, list) else view.value
    return {
        "name": view.name,
        "value": told(value) if isinstance(value, int) else value,
        "default": told(int(view.default)) if isinstance(value, int) else view.default,
        "source": view.source,
        "set": view.source != "default",
        "help": _LINK.sub(r"\1", view.help).replace("`", ""),
    }


def _told(number: int) -> str:
    return "no limit" if number >= UNLIMITED else f"{number:,}".replace(",", " ")
