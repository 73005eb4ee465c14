"""Sharing a flow by link: whoever of the subnet opens it gets a right to the flow, until it is taken back.

The link holds 32 random bytes; stored is their SHA-256. The right itself is a grant of the engine's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from designer.access import local_redirect, page
from designer.makers import digest, maker_of, new_secret
from designer.models import Person, ShareLink
from designer.times import ahead, time_of
from engine.api import (
    RIGHTS,
    FlowRecord,
    FlowShare,
    Grant,
    InvalidInput,
    PermissionDenied,
    Principal,
    UnknownObject,
    end_share,
    get_flow,
    may_share,
    share_flow,
    shares_of,
    world,
)

LASTS_HOURS = 7 * 24
LINKS_MAX = 100
"""Links of one flow that work at once."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A link in the list, and who got what by it."""

    link: ShareLink
    until: datetime
    made_by: str
    holders: list[str]


@require_safe
@page
def overview(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Who has which right to a flow by which link, and a form for one more."""
    return render(request, "designer/sharing.html", _shown(actor, flow))


@require_POST
@never_cache
@page
def make(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """One more link; it is on this answer and nowhere else."""
    right = request.POST.get("right", "")
    may_share(world(), actor, flow, right)
    _drop_old(actor.subnet, flow)
    if ShareLink.objects.filter(subnet=actor.subnet, flow=flow).count() >= LINKS_MAX:
        raise InvalidInput(f"a flow has at most {LINKS_MAX} links; take one back first")
    public, secret, stored = new_secret()
    ShareLink.objects.create(
        public=public,
        digest=stored,
        subnet=actor.subnet,
        flow=flow,
        right=right,
        made_by=actor.identity,
        made_us=world().clock.now_us(),
        expires_us=ahead(request.POST.get("hours", "") or str(LASTS_HOURS)),
    )
    link = request.build_absolute_uri(f"/shared/{secret}")
    return render(request, "designer/sharing.html", {**_shown(actor, flow), "link": link})


@require_POST
@page
def take_back(request: HttpRequest, actor: Principal, flow: str, link: str) -> HttpResponse:
    """The link opens nothing any more, and what came by it ends."""
    get_flow(world(), actor, flow)  # of another subnet there is none
    end_share(world(), actor, flow, link)
    ShareLink.objects.filter(subnet=actor.subnet, flow=flow, public=link).delete()
    return local_redirect("designer:sharing", flow)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@page
def opened(request: HttpRequest, actor: Principal, secret: str) -> HttpResponse:
    """What a link is for, and taking the right that it gives."""
    link, maker, record = _found(actor, secret)
    if request.method == "POST":
        given = FlowShare(link.flow, actor.identity, link.right, link.public, link.expires_us)
        share_flow(world(), maker, given)
        return local_redirect("designer:edit-flow", link.flow)
    shown = {"flow": record, "right": link.right, "from": maker.name, "until": time_of(link.expires_us)}
    return render(request, "designer/shared.html", shown)


def _found(actor: Principal, secret: str) -> tuple[ShareLink, Principal, FlowRecord]:
    """The link, its maker and the flow. To somebody of another subnet, and where it counts no more, there is
    none: raises :class:`UnknownObject`, whatever the reason."""
    gone = UnknownObject("this link was taken back, or its time is over")
    link = ShareLink.objects.filter(digest=digest(secret), subnet=actor.subnet).first()
    if link is None or link.expires_us <= world().clock.now_us():
        raise gone
    maker = maker_of(link.made_by, link.subnet)
    if maker is None:
        raise gone
    try:
        may_share(world(), maker, link.flow, link.right)
        record = get_flow(world(), maker, link.flow).record
    except (PermissionDenied, UnknownObject):
        raise gone from None
    if record.created_us > link.made_us:
        raise gone  # another flow, made under the same id since
    return link, maker, record


def _drop_old(subnet: str, flow: str) -> None:
    """Links whose time is over, and those of an earlier flow of the same id."""
    links = ShareLink.objects.filter(subnet=subnet, flow=flow)
    links.filter(expires_us__lte=world().clock.now_us()).delete()
    links.filter(made_us__lt=world().flows.record(subnet, flow).created_us).delete()


def _shown(actor: Principal, flow: str) -> dict[str, Any]:
    grants, record = shares_of(world(), actor, flow), get_flow(world(), actor, flow).record
    _drop_old(actor.subnet, flow)
    links = list(ShareLink.objects.filter(subnet=actor.subnet, flow=flow).order_by("pk"))
    names = _names(actor.subnet, links, grants)
    return {"flow": record, "rights": list(RIGHTS), "links": [_line(one, grants, names) for one in links]}


def _line(link: ShareLink, grants: Any, names: dict[str, str]) -> Shown:
    holders = [names.get(one.who, one.who) for one in grants if one.share == link.public]
    maker = names.get(f"person:{link.made_by}", "somebody who left")
    return Shown(link, time_of(link.expires_us), maker, holders)


def _names(subnet: str, links: list[ShareLink], grants: Any) -> dict[str, str]:
    """Actor -> the name of the person, for all that are shown."""
    grants_of: list[Grant] = list(grants)
    wanted = {one.made_by for one in links} | {one.who.removeprefix("person:") for one in grants_of}
    found = Person.objects.select_related("user").filter(identity__in=wanted)
    return {f"person:{one.identity}": one.user.get_username() for one in found}
