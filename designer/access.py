"""Pages for persons who have signed in: whom they act as, and what errors look like."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from designer.models import Person
from engine.api import (
    InvalidInput,
    PermissionDenied,
    PolicyViolation,
    Principal,
    QflowError,
    ResourceExhausted,
    StaleRevision,
    UnknownObject,
    WrongState,
    act_as_person,
    require,
    world,
)
from engine.api.governing import NotGenuine

Page = Callable[..., HttpResponse]

_STATUSES: tuple[tuple[type[QflowError], int], ...] = (
    (UnknownObject, 404),
    (PermissionDenied, 403),
    (StaleRevision, 409),
    (WrongState, 409),
    (InvalidInput, 422),
    (NotGenuine, 422),
    (PolicyViolation, 403),
    (ResourceExhausted, 429),
)


def page(view: Page) -> Page:
    """A page that gets the person's principal as its second argument; errors become pages too."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            request.principal = principal_of(request)  # type: ignore[attr-defined]
            return view(request, request.principal, *args, **options)  # type: ignore[attr-defined]
        except QflowError as error:
            return _refusal(request, error)

    return login_required(shown)


def answer(view: Page) -> Page:
    """What scripts ask for: as :func:`page`, but refusals are JSON, and nobody is sent to sign in."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"error": "you are signed out; sign in again"}, status=401)
        try:
            return view(request, principal_of(request), *args, **options)
        except QflowError as error:
            status = _status(error)
            if status is None:
                raise
            problems = [problem.as_json() for problem in getattr(error, "problems", ())]
            return JsonResponse({"error": error.message, "problems": problems}, status=status)

    return answered


def principal_of(request: HttpRequest) -> Principal:
    """Whom the session stands for; raises :class:`PermissionDenied`."""
    try:
        person = request.user.person
    except Person.DoesNotExist:
        raise PermissionDenied("this account belongs to no subnet; ask an administrator") from None
    return act_as_person(world(), person.identity, person.scopes.split())


def may(actor: Principal, flow: str, scope: str = "flows:write", action: str = "") -> bool:
    """Whether somebody may do something with a flow: change it, if nothing else is said."""
    try:
        require(world(), actor, scope, f"flows/{flow}", action)
    except PermissionDenied:
        return False
    return True


def local_redirect(name: str, *args: Any) -> HttpResponse:
    """Go to a page of this site, by its name; addresses of requests are never followed."""
    return redirect(name, *args)


def _refusal(request: HttpRequest, error: QflowError) -> HttpResponse:
    status = _status(error)
    if status is None:
        raise error
    problems = getattr(error, "problems", ())
    shown = {"error": error, "problems": problems, "status": status}
    return render(request, "designer/refused.html", shown, status=status)


def _status(error: QflowError) -> int | None:
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), None)
