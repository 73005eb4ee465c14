"""Credentials: the list with where each is used, filling in, trying and deleting. Secrets only go in."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from designer.access import answer, local_redirect, page
from designer.consents import address_of, redirect_of
from designer.requests import part, sent
from designer.times import time_of
from engine.api import (
    InvalidInput,
    NetworkFailure,
    Principal,
    Problem,
    StepFailure,
    TimedOut,
    UnknownObject,
    WrongState,
    require,
    world,
)
from engine.api.credentials import (
    CapabilityDenied,
    CredentialKey,
    CredentialRecord,
    CredentialScope,
    CredentialType,
    CredentialView,
    EgressDenied,
    call_credential,
    delete_credential,
    draft_credential,
    list_credential_types,
    list_credentials,
    save_credential,
    show_credential,
    try_credential,
)

_REFUSED = (CapabilityDenied, EgressDenied, InvalidInput, NetworkFailure, StepFailure, TimedOut)
"""What keeps a service from being asked, or from answering."""

STATES = ("ready", "to fill in", "to connect")


@require_safe
@page
def overview(request: HttpRequest, actor: Principal) -> HttpResponse:
    """All credentials that pass the filters, with the steps that name them."""
    wanted = {name: request.GET.get(name, "").strip() for name in ("text", "state")}
    kinds = {kind.name: kind for kind in list_credential_types(world(), actor)}
    found = [_row(view, kinds.get(view.record.type)) for view in list_credentials(world(), actor)]
    shown = {
        "rows": [row for row in found if _passes(row, wanted)],
        "any": bool(found),
        "wanted": wanted,
        "states": STATES,
        "may_change": actor.may("admin"),
    }
    return render(request, "designer/credentials.html", shown)


@require_safe
@page
def kinds(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The types, to begin a new credential with one."""
    require(world(), actor, "admin")
    found = [
        {"name": kind.name, "label": kind.label, "about": _about(kind)}
        for kind in list_credential_types(world(), actor)
    ]
    return render(request, "designer/credential_types.html", {"types": found})


@require_safe
@never_cache
@page
def edit(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The form of ``?type=``, and of ``&name=`` where there is such a credential already."""
    require(world(), actor, "admin")
    kind = world().catalogue.credential_type(request.GET.get("type", ""))
    name = request.GET.get("name", "")
    view = show_credential(world(), actor, CredentialKey(kind.name, name)) if name else None
    shown = {"type": kind.name, "label": kind.label, "about": _about(kind), "view": view}
    return render(request, "designer/credential.html", shown)


@require_safe
@never_cache
@answer
def picks(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What a step can name: type, name and whether it is filled in; and the labels of the types."""
    found = [_pick(view) for view in list_credentials(world(), actor, usage=False)]
    labels = {kind.name: kind.label for kind in list_credential_types(world(), actor)}
    return JsonResponse({"credentials": found, "labels": labels, "mayChange": actor.may("admin")})


@require_safe
@never_cache
@answer
def start(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What a form begins with: the type's fields, and what of a credential may be shown."""
    require(world(), actor, "admin")
    kind = world().catalogue.credential_type(request.GET.get("type", ""))
    described = _described(kind)
    if kind.consents is not None:
        described["redirect"] = redirect_of(request)
    key = CredentialKey(kind.name, request.GET.get("name", ""))
    return JsonResponse({"type": described, "start": _started(actor, key)})


@require_POST
@answer
def save(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Fill one in, or change it; ``isNew`` refuses one that is there already."""
    given = sent(request)
    key = CredentialKey(part(given, "type", str), part(given, "name", str).strip())
    old = world().credentials.record(actor.subnet, key) if actor.may("admin") else None
    if given.get("isNew") and old is not None and old.filled:
        raise InvalidInput(f"there is {key} already", [Problem("name", "there is one of this name already")])
    words = {name: tuple(_words(given, name)) for name in ("hosts", "steps", "flows")}
    scope = CredentialScope(plain_http=part(given, "plainHttp", bool), **words)
    values = given.get("values")
    save_credential(world(), actor, key, part(given, "values", dict) if values is not None else None, scope)
    return JsonResponse({"type": key.type, "name": key.name})


@require_POST
@page
def test(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Say whether it is filled in and right in itself; with an address of its service, what that answered."""
    key, address = _key(request), request.POST.get("address", "").strip()
    try:
        ok, words = _tried(actor, key, address)
    except UnknownObject:
        raise
    except _REFUSED as error:
        ok, words = False, error.message
    told = messages.success if ok else messages.error
    told(request, f"{key.name}: {words}.")
    return local_redirect("designer:credentials")


def _tried(actor: Principal, key: CredentialKey, address: str) -> tuple[bool, str]:
    """Whether it is right, and the verdict in words."""
    if address:
        found = call_credential(world(), actor, key, address)
        return found.ok, found.words
    try_credential(world(), actor, key)
    return True, "it is filled in and right in itself; no server was asked"


@require_POST
@page
def delete(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Forget it. Steps that name it fail from then on, which the page said before."""
    key = _key(request)
    view = show_credential(world(), actor, key)
    if view.record.given:
        raise WrongState(f"{key} is given by a file of the node; take it out there")
    delete_credential(world(), actor, key)
    messages.success(request, f"{key.name} is deleted.")
    return local_redirect("designer:credentials")


def _key(request: HttpRequest) -> CredentialKey:
    return CredentialKey(request.POST.get("type", ""), request.POST.get("name", ""))


def _words(given: dict[str, Any], name: str) -> list[str]:
    found: list[Any] = part(given, name, list)
    if not all(isinstance(word, str) for word in found):
        raise InvalidInput(f"{name} must be a list of texts", [Problem(name, "must be a list of texts")])
    return found


def _started(actor: Principal, key: CredentialKey) -> dict[str, Any] | None:
    """What a form begins with; None for a credential that is not there yet."""
    try:
        draft = draft_credential(world(), actor, key)
    except UnknownObject:
        return None
    record = draft.view.record
    return {
        "name": record.name,
        "values": dict(draft.shown),
        "kept": list(draft.kept),
        "hosts": list(record.hosts),
        "steps": list(record.steps),
        "flows": list(record.flows),
        "plainHttp": record.plain_http,
        "filled": record.filled,
        "given": record.given,
    }


def _described(kind: CredentialType) -> dict[str, Any]:
    return {"name": kind.name, "label": kind.label, "hosted": kind.hosted, "schema": _schema(kind)}


@cache
def _schema(kind: CredentialType) -> dict[str, Any]:
    return kind.model.model_json_schema(by_alias=True)


def _about(kind: CredentialType) -> str:
    return (kind.model.__doc__ or "").partition("\n")[0]


def _pick(view: CredentialView) -> dict[str, Any]:
    record = view.record
    return {"type": record.type, "name": record.name, "filled": record.filled, "consent": view.consent}


def _row(view: CredentialView, kind: CredentialType | None) -> dict[str, Any]:
    record = view.record
    return {
        "record": record,
        "known": view.known,
        "label": kind.label if kind else record.type,
        "service": _service(record) if kind and kind.hosted and record.filled else None,
        "state": _state(view),
        "usage": view.usage,
        "breaks": _breaks(view),
        "address": address_of(record.key),
        "changed": time_of(record.updated_us) if record.updated_us else None,
    }


def _service(record: CredentialRecord) -> str:
    """The beginning of a test address: the first host of the scope that is no pattern."""
    host = next((host for host in record.hosts if "*" not in host and "/" not in host), "")
    return f"{'http' if record.plain_http else 'https'}://{host}/" if host else ""


def _state(view: CredentialView) -> str:
    if not view.record.filled:
        return STATES[1]
    return STATES[2] if view.consent == "needed" else STATES[0]


def _breaks(view: CredentialView) -> str:
    """What deleting would do, for the question before it."""
    steps = len(view.usage)
    flows = sorted({one.flow_name for one in view.usage})
    if not steps:
        return f"Delete {view.record.name}? No flow names it."
    named = ", ".join(flows[:5]) + (" and others" if len(flows) > 5 else "")
    many = "1 step fails" if steps == 1 else f"{steps} steps fail"
    return f"Delete {view.record.name}? {many} from then on, in: {named}."


def _passes(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    words = f"{row['record'].name} {row['record'].type} {row['label']} {' '.join(row['record'].hosts)}"
    fits = wanted["text"].lower() in words.lower()
    return fits and wanted["state"] in ("", row["state"])
