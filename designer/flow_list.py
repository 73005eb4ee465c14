"""The list of flows: search, filters, favourites; and what is done with one of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from designer.access import local_redirect, page
from designer.comments import forget_comments
from designer.editor import free_id
from designer.models import Favourite
from designer.times import time_of
from engine.api import (
    ExecutionQuery,
    FlowRecord,
    InvalidInput,
    Principal,
    archive_flow,
    bundle_of,
    create_flow,
    delete_flow,
    dump_flow,
    get_flow,
    list_executions,
    list_flows,
    person_keys,
    shared_with,
    world,
)

PAGE_SIZE = 50
LOOKED_THROUGH_MAX = 5_000
"""How many flows one page looks through for those that pass its filters."""

FILTERS = ("text", "tag", "category", "state")
STATES = ("draft", "published", "archived", "favourite")
TYPES = {"yaml": "application/yaml", "json": "application/json"}


@page
def flow_list(request: HttpRequest, actor: Principal) -> HttpResponse:
    """A page of flows by id."""
    wanted = {name: request.GET.get(name, "").strip() for name in FILTERS}
    if wanted["state"] not in ("", *STATES):
        raise InvalidInput(f"there is no state {wanted['state']!r}; there are {', '.join(STATES)}")
    kept = _favourites(request, actor)
    if actor.may("flows:read"):
        found, following = _page(actor, wanted, kept, request.GET.get("after") or None)
    else:
        found, following = [one for one in shared_with(world(), actor) if _filter(wanted, kept)(one)], ""
    shown = {
        "rows": [_row(actor, record, record.id in kept) for record in found],
        "wanted": wanted,
        "query": urlencode({name: text for name, text in wanted.items() if text}),
        "states": STATES,
        "following": following,
        "own_key": not person_keys(world(), actor).record.held,
        "can_write": actor.may("flows:write"),
        "can_run": actor.may("executions:write"),
    }
    return render(request, "designer/flows.html", shown)


@require_POST
@page
def favourite(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Keep a flow among the person's favourites, or no longer."""
    get_flow(world(), actor, flow)
    kept, made = Favourite.objects.get_or_create(
        person=request.user.person,
        subnet=actor.subnet,
        flow=flow,  # type: ignore[union-attr]
    )
    if not made:
        kept.delete()
    return _back(request)


@require_POST
@page
def archive(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Put a flow away, or take it back out where it is away."""
    away = not get_flow(world(), actor, flow).record.archived
    archive_flow(world(), actor, flow, away)
    messages.success(request, f"{flow} is {'archived: its triggers are off' if away else 'a draft again'}.")
    return _back(request)


@require_POST
@page
def duplicate(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """A new flow that is the same but for its name, opened in the editor."""
    view = get_flow(world(), actor, flow)
    name = f"{view.flow.name} copy"
    definition = {**view.definition(), "id": free_id(actor, name), "name": name}
    made = create_flow(world(), actor, definition, f"copied from {flow}", draft=True)
    return local_redirect("designer:edit-flow", made.id)


@require_POST
@page
def delete(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Delete a flow; its executions stay."""
    delete_flow(world(), actor, flow)
    Favourite.objects.filter(subnet=actor.subnet, flow=flow).delete()
    forget_comments(actor.subnet, flow)
    messages.success(request, f"{flow} is deleted. Its executions stay until their time is over.")
    return _back(request)


@require_safe
@page
def export(request: HttpRequest, actor: Principal, flow: str, syntax: str) -> HttpResponse:
    """The newest version as a file, which ``qflow create`` takes."""
    view = get_flow(world(), actor, flow)
    text = dump_flow(view.flow, "json" if syntax == "json" else "yaml")
    headers = {"Content-Disposition": f'attachment; filename="{flow}.{syntax}"'}
    return HttpResponse(text, content_type=f"{TYPES[syntax]}; charset=utf-8", headers=headers)


@require_safe
@page
def export_many(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The newest versions of the flows that were picked, in one document that can be imported."""
    bundle = bundle_of(world(), actor, request.GET.getlist("pick"))
    text = json.dumps(bundle, indent=2, ensure_ascii=False) + "\n"
    headers = {"Content-Disposition": 'attachment; filename="flows.qflow.json"'}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


def _back(request: HttpRequest) -> HttpResponse:
    """The list with the filters it had."""
    kept = {name: request.GET.get(name, "") for name in FILTERS if request.GET.get(name)}
    return redirect(f"{reverse('designer:flows')}?{urlencode(kept)}")


def _favourites(request: HttpRequest, actor: Principal) -> set[str]:
    kept = Favourite.objects.filter(person=request.user.person, subnet=actor.subnet)  # type: ignore[union-attr]
    return set(kept.values_list("flow", flat=True))


def _page(
    actor: Principal, wanted: dict[str, str], kept: set[str], after: str | None
) -> tuple[list[FlowRecord], str]:
    """The flows of a page, and the id after which the next one begins; empty: there is none."""
    found: list[FlowRecord] = []
    passes = _filter(wanted, kept)
    for record in _records(actor, wanted, after):
        after = record.id
        if passes(record):
            found.append(record)
        if len(found) == PAGE_SIZE:
            return found, after
    return found, ""


def _records(actor: Principal, wanted: dict[str, str], after: str | None) -> Iterator[FlowRecord]:
    size = world().limits.page_size_max
    for _ in range(0, LOOKED_THROUGH_MAX, size):
        records = list_flows(
            world(),
            actor,
            text=wanted["text"] or None,
            tag=wanted["tag"] or None,
            archived=wanted["state"] == "archived",
            limit=size,
            after=after,
        )
        yield from records
        if len(records) < size:
            return
        after = records[-1].id


def _filter(wanted: dict[str, str], kept: set[str]) -> Callable[[FlowRecord], bool]:
    category, state = wanted["category"], wanted["state"]

    def passes(record: FlowRecord) -> bool:
        by_state = {
            "draft": not record.published,
            "published": bool(record.published),
            "favourite": record.id in kept,
        }
        return by_state.get(state, True) and (not category or record.category == category)

    return passes


def _row(actor: Principal, record: FlowRecord, kept: bool) -> dict[str, Any]:
    last = []
    if actor.may("executions:read"):
        last = list(list_executions(world(), actor, ExecutionQuery(actor.subnet, flow=record.id, limit=1)))
    changed = bool(record.published) and record.published != record.revision
    return {
        "it": record,
        "kept": kept,
        "changed": changed,
        "last": last[0] if last else None,
        "last_at": time_of(last[0].created_us) if last else None,
        "saved_at": time_of(record.updated_us),
    }
