"""REST between nodes: the chain of signed policies, given out and taken in.

``daoId`` is the id of the subnet's DAO, or the subnet's own: a node that only follows has no DAO's log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from engine.api import Principal, UnknownObject, World
from engine.api.governing import SignedPolicy, policy_chain, policy_in_force, take_chain
from engine.web.rest.calls import call
from engine.web.rest.models import Name
from governance import rest_models as m
from governance import shown
from governance.encoding import bytes_of

router = Router(tags=["governance"])

Json = dict[str, Any]


def _within(world: World, actor: Principal, dao: str, verb: Callable[..., Any], *args: Any) -> Any:
    signed = policy_in_force(world, actor.subnet)
    if dao not in (actor.subnet, signed.dao if signed else ""):
        raise UnknownObject(f"there is no DAO {dao!r} for this token")
    return verb(world, actor, *args)


@router.get("/dao/{daoId}/policy/chain", response=Json)
async def chain(
    request: HttpRequest, daoId: m.DaoId, after: int = Query(0, ge=0), cid: Name | None = None
) -> Json:
    """The signed policies behind a version, up to the newest or to the one with a CID: for nodes elsewhere,
    and for whoever checks them."""
    found = await call(request, _within, daoId, policy_chain, cid or "", after)
    return {"policies": [shown.text_of(one) for one in found]}


@router.post("/dao/{daoId}/policy/chain", response=Json)
async def take(request: HttpRequest, daoId: m.DaoId, body: m.ChainBody) -> Json:
    """Take in the signed policies of another node: what goes on from those in force here. The first one takes
    an administrator, who thereby says which DAO governs the subnet."""
    policies = [bytes_of(one) for one in body.policies]
    return {"adopted": adopted(await call(request, _within, daoId, take_chain, policies, body.cid))}


def adopted(found: list[SignedPolicy]) -> list[Json]:
    """Versions that were taken in, as doors show them."""
    return [
        {"version": one.version, "cid": one.cid, "expiresAt": shown.when(one.expires_us)} for one in found
    ]
