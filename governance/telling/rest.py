"""REST: what the owner of a token was told of the DAO, newest first; and that it was read."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router

from engine.api import Principal, UnknownObject, World
from engine.web.rest.calls import call
from governance import desk
from governance.domain.state import Dao
from governance.models import Notification
from governance.rest_models import DaoId, Json
from governance.shown import when
from governance.telling.gathering import gather

router = Router(tags=["governance"])

Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/dao/{daoId}/notifications", response=list[Json])
async def list_notifications(request: HttpRequest, daoId: DaoId, limit: Limit = 50) -> Any:
    """What the token's person was told; those not read have no ``readAt``."""
    return await call(request, _told, daoId, limit)


@router.post("/dao/{daoId}/notifications/read", response=Json)
async def read_notifications(request: HttpRequest, daoId: DaoId) -> Any:
    """All of them are read from now on."""
    return {"read": await call(request, _read, daoId)}


def _told(world: World, actor: Principal, dao: str, limit: int) -> list[Json]:
    desk.look(world, actor, lambda state: gather(world, _named(state, dao)))
    mine = Notification.objects.filter(person__identity=actor.identity, listed=True)
    return [_shown(one) for one in mine.order_by("-at_us", "-pk")[:limit]]


def _read(world: World, actor: Principal, dao: str) -> int:
    desk.look(world, actor, lambda state: _named(state, dao))
    mine = Notification.objects.filter(person__identity=actor.identity, read_us=None)
    return mine.update(read_us=world.clock.now_us())


def _named(state: Dao, dao: str) -> Dao:
    if dao not in (state.id, state.subnet):
        raise UnknownObject(f"there is no DAO {dao!r} for this token")
    return state


def _shown(one: Notification) -> Json:
    return {
        "id": one.pk,
        "about": one.about,
        "title": one.title,
        "text": one.text,
        "page": f"/governance/{one.link}",
        "at": when(one.at_us),
        "readAt": when(one.read_us),
    }
