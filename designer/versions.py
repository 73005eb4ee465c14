"""The versions of a flow: the history, any two of them compared, restoring one, naming one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from designer.access import answer, may, page
from designer.names import names_of
from designer.step_types import looks
from designer.text_diff import text_blocks
from designer.times import time_of
from designer.version_words import marks, told_changes
from engine.api import (
    Flow,
    FlowRecord,
    InvalidInput,
    Principal,
    Problem,
    UnknownObject,
    VersionRecord,
    definition_of,
    dump_flow,
    flow_history,
    get_flow,
    person_keys,
    rollback_flow,
    tag_version,
    untag_version,
    world,
)

PAGE_SIZE = 50
VIEWS = {"": "As it fits", "split": "Side by side", "unified": "One below the other"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A version as the page shows it."""

    it: VersionRecord
    who: str
    at: datetime
    newest: bool
    published: bool


@require_safe
@page
def versions(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """A page of the versions, newest first."""
    record, history = get_flow(world(), actor, flow).record, flow_history(world(), actor, flow)
    before = _number(request.GET.get("before", ""))
    left = [one for one in history if before is None or one.number < before]
    shown = {
        "flow": record,
        "entries": _entries(actor, record, left[:PAGE_SIZE], history[0].number),
        "all": len(history),
        "oldest": history[-1].number,
        "following": left[PAGE_SIZE - 1].number if len(left) > PAGE_SIZE else None,
        "later": before is not None,
        "can_write": may(actor, flow) and not record.archived,
        "own_key": _has_own_key(actor),
    }
    return render(request, "designer/versions.html", shown)


@require_safe
@page
def compare(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Two versions beside each other: on the canvas, in words, and as text."""
    before, after = _two(request, actor, flow)
    record, history = get_flow(world(), actor, flow).record, flow_history(world(), actor, flow)
    old, new = _found(history, before, record), _found(history, after, record)
    flows = get_flow(world(), actor, flow, old.version).flow, get_flow(world(), actor, flow, new.version).flow
    view = request.GET.get("view", "")
    if view not in VIEWS:
        raise InvalidInput("the view is split or unified", [Problem("view", "split, unified or nothing")])
    changes = told_changes(*flows)
    sides = _entries(actor, record, [old, new], history[0].number)
    shown = {
        "flow": record,
        "before": sides[0],
        "after": sides[1],
        "sides": list(zip(("From", "To"), sides, strict=True)),
        "choices": _choices(history, old, new),
        "changes": changes,
        "counted": _counted([change.kind for change in changes]),
        "blocks": text_blocks(dump_flow(flows[0]), dump_flow(flows[1])),
        "view": view,
        "views": VIEWS.items(),
        "can_write": may(actor, flow) and not record.archived,
    }
    return render(request, "designer/compare.html", shown)


@require_safe
@answer
def compared(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """What the canvas shows of two versions: both as Flow Definitions, what their steps look like, and what
    is added, removed, changed or moved."""
    before, after = (get_flow(world(), actor, flow, one).flow for one in _two(request, actor, flow))
    shown = {"before": _sheet(before), "after": _sheet(after), "marks": marks(told_changes(before, after))}
    return JsonResponse(shown)


@require_POST
@page
def restore(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Save an older version again as the newest draft; nothing of the history is lost."""
    number, revision = request.POST.get("version", ""), request.POST.get("revision", "")
    old = _found(flow_history(world(), actor, flow), number, get_flow(world(), actor, flow).record)
    rollback_flow(world(), actor, flow, str(old.number), revision, f"Restored version {old.number}")
    said = f"Version {old.number} is the draft again; what was there before stays in the history."
    if _has_own_key(actor):
        said += " Sign it with your key."
    messages.success(request, said)
    return redirect("designer:versions", flow)


@require_POST
@page
def tag(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Give a version a name."""
    number, name = request.POST.get("version", ""), request.POST.get("tag", "").strip()
    tag_version(world(), actor, flow, number, name)
    messages.success(request, f"Version {number} is called {name}.")
    return _back(request, flow, number)


@require_POST
@page
def untag(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Take a name away; the audit trail remembers who gave it and who took it."""
    number, name = request.POST.get("version", ""), request.POST.get("tag", "")
    untag_version(world(), actor, flow, name)
    messages.success(request, f"No version is called {name} any more.")
    return _back(request, flow, number)


def _back(request: HttpRequest, flow: str, number: str) -> HttpResponse:
    """The page of the versions where it was, at the version with this number."""
    place = {"before": request.GET["before"]} if _number(request.GET.get("before", "")) else {}
    return redirect(f"{reverse('designer:versions', args=[flow])}?{urlencode(place)}#v{quote(number)}")


def _two(request: HttpRequest, actor: Principal, flow: str) -> tuple[str, str]:
    """The versions that are asked for; without a word the newest two."""
    history = flow_history(world(), actor, flow)
    after = request.GET.get("after") or str(history[0].number)
    older = [one.number for one in history if str(one.number) != after]
    return request.GET.get("before") or str(max(older, default=history[0].number)), after


def _found(history: Sequence[VersionRecord], version: str, record: FlowRecord) -> VersionRecord:
    """The entry of the history that a number, tag, CID, ``draft`` or ``published`` means."""
    cid = {"draft": record.revision, "published": record.published}.get(version, version)
    for entry in history:
        if cid and cid in (entry.version, str(entry.number), *entry.tags):
            return entry
    raise UnknownObject(f"flow {record.id!r} has no version {version[:64]!r}; its history lists them")


def _entries(
    actor: Principal, record: FlowRecord, history: Sequence[VersionRecord], newest: int
) -> list[Entry]:
    names = names_of(actor, [one.author for one in history])
    return [
        Entry(
            it=one,
            who=names[one.author],
            at=time_of(one.created_us),
            newest=one.number == newest,
            published=one.version == record.published,
        )
        for one in history
    ]


def _choices(history: Sequence[VersionRecord], *chosen: VersionRecord) -> list[VersionRecord]:
    """The newest versions and the chosen ones, for the lists to choose from."""
    return [one for index, one in enumerate(history) if index < PAGE_SIZE or one in chosen]


def _counted(kinds: Sequence[str]) -> list[tuple[str, int]]:
    return [(kind, kinds.count(kind)) for kind in ("added", "removed", "changed", "moved") if kind in kinds]


def _sheet(flow: Flow) -> dict[str, Any]:
    definition = definition_of(replace(flow, format="qflow"))
    return {"definition": definition, "looks": looks(definition["steps"])}


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput("before must be the number of a version", [Problem("before", "a whole number")])
    return int(text)


def _has_own_key(actor: Principal) -> bool:
    return not person_keys(world(), actor).record.held
