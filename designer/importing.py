"""The import page: documents from files, the clipboard and addresses, looked at first and then stored."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from designer.access import answer, page
from designer.requests import part, sent
from engine.api import (
    InvalidInput,
    NetworkFailure,
    Principal,
    Problem,
    QflowError,
    QuotaExceeded,
    WrongState,
    import_any,
    require,
    world,
)
from engine.api.governing import HttpCall, HttpReply, call_out

REDIRECTS_MAX = 5
FETCH_MS = 20_000
URL_CHARACTERS_MAX = 2_048
NAME_CHARACTERS_MAX = 200

_ACCEPT = (("accept", "application/json, application/yaml, text/plain;q=0.9, */*;q=0.1"),)
_MOVED = (301, 302, 303, 307, 308)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def import_page(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The page, and what becomes of one document: looked at, or stored with ``import``."""
    if request.method != "POST":
        limit = world().policy.of(actor.subnet).limits.request_body_bytes_max
        return render(request, "designer/import.html", {"bytes_max": limit})
    for_real = request.POST.get("action") == "import"
    name = request.POST.get("name", "")[:NAME_CHARACTERS_MAX] or "pasted"
    data = request.POST.get("document", "").encode("utf-8", "replace")
    try:
        arrivals = import_any(world(), actor, data, name, dry_run=not for_real)
    except (InvalidInput, QuotaExceeded, WrongState) as error:
        return render(request, "designer/import_refused.html", {"name": name, "error": error}, status=422)
    shown = {"name": name, "arrivals": arrivals, "stored": for_real}
    return render(request, "designer/import_report.html", shown)


@require_POST
@answer
def fetch(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The text at an address, which is asked within what the subnet's policy lets its steps reach."""
    require(world(), actor, "flows:write")
    url = part(sent(request), "url", str).strip()
    reply, url = _fetched(actor, url)
    if reply.status >= 400:
        raise _wrong(f"the server answered {reply.status} {reply.reason}".strip())
    try:
        text = reply.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong("it is no text in UTF-8") from None
    name = unquote(PurePosixPath(urlsplit(url).path).name) or urlsplit(url).hostname or "address"
    return JsonResponse({"name": name[:NAME_CHARACTERS_MAX], "text": text})


def _fetched(actor: Principal, url: str) -> tuple[HttpReply, str]:
    """The answer at the end of a few redirects, each of which is checked as the first address is."""
    for _ in range(REDIRECTS_MAX + 1):
        _must_be_plain(url)
        reply = _asked(actor, url)
        to = dict(reply.headers).get("location", "")
        if reply.status not in _MOVED or not to:
            return reply, url
        following = urljoin(url, to)
        if urlsplit(url).scheme == "https" and urlsplit(following).scheme != "https":
            raise _wrong("it leads from https to an address without")
        url = following
    raise _wrong(f"it leads on more than {REDIRECTS_MAX} times")


def _asked(actor: Principal, url: str) -> HttpReply:
    limit = world().policy.of(actor.subnet).limits.request_body_bytes_max
    call = HttpCall("GET", url, _ACCEPT, timeout_ms=FETCH_MS, response_bytes_max=limit)
    try:
        return call_out(world(), actor.subnet, call)
    except NetworkFailure:
        raise _wrong("nothing answers there") from None
    except QflowError as error:
        raise _wrong(error.message) from None


def _must_be_plain(url: str) -> None:
    try:
        told = urlsplit(url)
        named = told.scheme in ("http", "https") and bool(told.hostname) and told.port != 0
    except ValueError:
        named = False
    if not named or len(url) > URL_CHARACTERS_MAX or not url.isprintable() or " " in url:
        raise _wrong("it must be an address such as https://example.org/flow.yaml")
    if told.username is not None or told.password is not None:
        raise _wrong("it must not hold a name or a password")


def _wrong(why: str) -> InvalidInput:
    return InvalidInput(f"nothing came from this address: {why}", [Problem("url", why)])
