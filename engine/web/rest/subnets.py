"""REST: the subnets (tenants) of the node."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from engine.ports.access_store import Principal
from engine.usecases import manage_subnets as subnets
from engine.usecases.subnet_life import delete_subnet, resume_subnet, suspend_subnet
from engine.usecases.usage import as_csv, shown, usage_of
from engine.usecases.world import World
from engine.web.rest import models as m
from engine.web.rest import subnet_models as s
from engine.web.rest.calls import call
from engine.web.rest.subnet_views import subnet_of

router = Router(tags=["subnets"])

Json = dict[str, Any]


@router.get("/subnets", response=list[s.SubnetShown])
async def list_subnets(request: HttpRequest) -> list[Json]:
    """The token's own subnet; for administrators of the personal one, all of the node."""
    return await call(request, _listed)


@router.post("/subnets", response={201: s.SubnetShown})
async def create_subnet(request: HttpRequest, body: s.SubnetBody) -> Status[Json]:
    """A new subnet with the default policy and keys of its own; only who keeps the node may."""
    return Status(201, await call(request, _told_of, subnets.create_subnet, body.id, body.name))


@router.get("/subnets/{subnet_id}", response=s.SubnetShown)
async def show_subnet(request: HttpRequest, subnet_id: m.Name) -> Json:
    """One of them."""
    return await call(request, _told_of, subnets.show_subnet, subnet_id)


@router.post("/subnets/{subnet_id}/suspend", response=s.SubnetShown)
async def suspend(request: HttpRequest, subnet_id: m.Name, body: s.SuspendBody) -> Json:
    """Nothing starts in it any more, and what runs pauses before its next step."""
    return await call(request, _told_of, suspend_subnet, subnet_id, body.reason)


@router.post("/subnets/{subnet_id}/resume", response=s.SubnetShown)
async def resume(request: HttpRequest, subnet_id: m.Name) -> Json:
    """What was paused by the suspension goes on."""
    return await call(request, _told_of, resume_subnet, subnet_id)


@router.delete("/subnets/{subnet_id}", response={202: s.SubnetShown})
async def delete(request: HttpRequest, subnet_id: m.Name) -> Status[Json]:
    """Halt everything in it, then erase its keys and contents for good. Hashes and proofs stay; the id is
    never given again."""
    return Status(202, await call(request, _told_of, delete_subnet, subnet_id))


@router.get("/subnets/{subnet_id}/usage", response=list[s.UsageShown])
async def usage(
    request: HttpRequest,
    subnet_id: m.Name,
    first: str | None = Query(None, alias="from", max_length=40),
    last: str | None = Query(None, alias="to", max_length=40),
    form: Literal["json", "csv"] = "json",
) -> HttpResponse | list[Json]:
    """What the subnet used, by day (UTC): the last 30, or ``from`` and ``to`` as 2026-01-31; ``form=csv``."""
    days = await call(request, usage_of, subnet_id, first, last)
    if form == "csv":
        return HttpResponse(as_csv(days), content_type="text/csv; charset=utf-8")
    return [dict(shown(one)) for one in days]


def _listed(world: World, actor: Principal) -> list[Json]:
    return [subnet_of(world, one) for one in subnets.list_subnets(world, actor)]


def _told_of(world: World, actor: Principal, use_case: Any, *args: str) -> Json:
    return subnet_of(world, use_case(world, actor, *args))
