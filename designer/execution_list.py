"""The list of executions: filters, pages, and what is done with many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from designer.access import page
from designer.times import moment, time_of
from engine.api import (
    ExecutionQuery,
    Header,
    InvalidInput,
    Principal,
    QflowError,
    Status,
    UnknownObject,
    abort_execution,
    delete_execution,
    get_execution,
    list_executions,
    list_flows,
    replay_execution,
    search,
    world,
)

PAGE_SIZE = 50
FILTERS = ("flow", "status", "since", "until", "text", "custom")
TOLD_MAX = 3
"""How many refusals of many are told in words."""

Verb = Callable[[Any, Principal, str], object]
_VERBS: dict[str, tuple[Verb, str]] = {
    "stop": (abort_execution, "stopped"),
    "retry": (replay_execution, "started again"),
    "delete": (delete_execution, "deleted"),
}


@dataclass(frozen=True)
class Found:
    """A page of executions, and where the next one begins; empty: there is none."""

    headers: Sequence[Header]
    following: str


@page
def execution_list(request: HttpRequest, actor: Principal) -> HttpResponse:
    """A page of executions, newest first; asks for itself again while it is open."""
    wanted = _wanted(request)
    shown: dict[str, Any] = {"wanted": wanted, "query": _query(wanted), "live": "before" not in request.GET}
    try:
        found = _find(actor, wanted, request.GET.get("before", ""))
    except InvalidInput as error:
        found, shown["refused"], shown["live"] = Found((), ""), error, False
    shown |= {"rows": [_row(header) for header in found.headers], "following": found.following}
    status = 422 if "refused" in shown else 200
    if request.headers.get("HX-Request") == "true":
        return render(request, "designer/executions_part.html", shown, status=status)
    shown |= {"statuses": [one.value for one in Status], "flows": _flows(actor)}
    shown["kept_days"] = world().limits.retention_days
    return render(request, "designer/executions.html", shown, status=status)


@require_POST
@page
def bulk(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Stop, run again or delete what was picked; what was refused is told, and the rest is done."""
    verb, picked = request.POST.get("verb", ""), request.POST.getlist("pick")
    if verb not in _VERBS:
        raise InvalidInput(f"there is no {verb!r}; it is one of {', '.join(_VERBS)}")
    if len(picked) > PAGE_SIZE:
        raise InvalidInput(f"pick at most {PAGE_SIZE} executions at once")
    do, done_word = _VERBS[verb]
    refused = [told for execution in picked if (told := _done(do, actor, execution))]
    _tell(request, len(picked) - len(refused), done_word, refused)
    return redirect(f"{reverse('designer:executions')}?{_query(_wanted(request))}")


def _done(do: Verb, actor: Principal, execution: str) -> str:
    """Why it could not be done; empty where it was."""
    try:
        do(world(), actor, execution)
    except QflowError as error:
        return f"{execution}: {error.message}"
    return ""


def _tell(request: HttpRequest, done: int, word: str, refused: Sequence[str]) -> None:
    if not done and not refused:
        messages.info(request, "Nothing was picked.")
    if done:
        messages.success(request, f"{done} {word}.")
    if refused:
        more = f"; and {len(refused) - TOLD_MAX} more" if len(refused) > TOLD_MAX else ""
        messages.warning(request, f"{len(refused)} not {word}: {'; '.join(refused[:TOLD_MAX])}{more}")


def _wanted(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in FILTERS}


def _query(wanted: dict[str, str]) -> str:
    return urlencode({name: text for name, text in wanted.items() if text})


def _find(actor: Principal, wanted: dict[str, str], before: str) -> Found:
    status = wanted["status"] or None
    if status not in {None, *(one.value for one in Status)}:
        raise InvalidInput("there is no such status")
    since, until = moment(wanted["since"], "from"), moment(wanted["until"], "to")
    if wanted["text"] or wanted["custom"]:
        return _by_words(actor, wanted, before)
    query = ExecutionQuery(
        actor.subnet, wanted["flow"] or None, status, None, before or None, PAGE_SIZE, since, until
    )
    headers = list_executions(world(), actor, query)
    return Found(headers, headers[-1].id if len(headers) == PAGE_SIZE else "")


def _by_words(actor: Principal, wanted: dict[str, str], after: str) -> Found:
    """What the index finds: it knows ids, names of flows, how executions stand, hashes of custom data."""
    filters = {"flow": wanted["flow"], "status": wanted["status"]}
    filters |= {"after": wanted["since"], "before": wanted["until"]}
    filters["custom"] = wanted["custom"]
    words = [f'{name}:"{text.replace(chr(34), "")}"' for name, text in filters.items() if text]
    text = " ".join([*words, wanted["text"]])
    found = search(world(), actor, text, kinds=("execution",), limit=PAGE_SIZE, after=after)
    headers = [_header(actor, hit.id) for hit in found.hits if hit.kind == "execution"]
    return Found([header for header in headers if header is not None], found.next)


def _header(actor: Principal, execution: str) -> Header | None:
    try:
        return get_execution(world(), actor, execution)
    except UnknownObject:
        return None  # deleted since it was indexed


def _flows(actor: Principal) -> Sequence[Any]:
    """Flows to choose from; none for whoever may not see them."""
    if not actor.may("flows:read"):
        return ()
    return list_flows(world(), actor, limit=world().limits.page_size_max)


def _row(header: Header) -> dict[str, Any]:
    end_us = header.ended_us or (None if header.started_us is None else world().clock.now_us())
    took_us = None if end_us is None else end_us - (header.started_us or header.created_us)
    return {
        "it": header,
        "at": time_of(header.created_us),
        "took": None if took_us is None else duration(took_us),
        "kept": None if header.keep_until_us is None else time_of(header.keep_until_us),
        "error": (header.error or {}).get("message", ""),
        "custom": sorted((header.custom or {}).items()),
    }


def duration(us: int) -> str:
    """A length of time in two units at most."""
    if us < 1_000_000:
        return f"{us / 1000:.0f} ms"
    if us < 60_000_000:
        return f"{us / 1_000_000:.1f} s"
    minutes, seconds = divmod(us // 1_000_000, 60)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min {seconds} s"
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days"
