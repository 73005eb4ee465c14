"""REST: what the owner of a token was told of the DAO, newest first; that it was read; and by which ways that
person wants to be told. Ways are ``page``, ``mail`` and ``webhook``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from engine.api import Kind, Principal, World, require
from engine.web.rest.calls import call
from engine.web.rest.models import Given
from governance.domain.limits import NOTIFICATIONS_AT_ONCE_MAX
from governance.rest import within
from governance.rest_models import DaoId, Json
from governance.telling import choosing

router = Router(tags=["governance"])

Limit = Annotated[int, Query(ge=1, le=NOTIFICATIONS_AT_ONCE_MAX)]
Ids = Annotated[list[int], Field(max_length=NOTIFICATIONS_AT_ONCE_MAX)]
Kinds = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=40)]


class ReadBody(Given):
    """Which were read; all where none is named."""

    ids: Ids = []


class PreferencesBody(Given):
    """By way, the kinds that are told by it; how long mails collect what there is to tell (0: at once)."""

    told: dict[str, Kinds] = {}
    everySeconds: int | None = None


class MailBody(Given):
    """An address to send a code to, empty for no mail any more; or the code that was sent there."""

    address: Annotated[str, Field(max_length=254)] | None = None
    code: Annotated[str, Field(max_length=100)] = ""


class WebhookBody(Given):
    """The address to call, empty for none; ``newSecret`` makes another secret for the one there is."""

    url: Annotated[str, Field(max_length=2_000)] | None = None
    newSecret: bool = False


@router.get("/dao/{daoId}/notifications", response=list[Json])
async def list_notifications(
    request: HttpRequest, daoId: DaoId, limit: Limit = 50, unread: bool = False
) -> list[Json]:
    """What the token's person was told; those not read have no ``readAt``."""
    found: list[Json] = await call(request, within, daoId, choosing.listed, limit, unread)
    return found


@router.post("/dao/{daoId}/notifications/read", response=Json)
async def read_notifications(request: HttpRequest, daoId: DaoId, body: ReadBody | None = None) -> Json:
    """They are read from now on."""
    return {"read": await call(request, within, daoId, choosing.read, body.ids if body else [])}


@router.get("/dao/{daoId}/notifications/preferences", response=Json)
async def preferences(request: HttpRequest, daoId: DaoId) -> Json:
    """By which ways the token's person is told of what, and where to."""
    return await _chosen(request, daoId, _nothing)


@router.put("/dao/{daoId}/notifications/preferences", response=Json)
async def choose(request: HttpRequest, daoId: DaoId, body: PreferencesBody) -> Json:
    """Choose for some ways of what is told by them; what is left out stays."""
    return await _chosen(request, daoId, choosing.choose, body.told, body.everySeconds)


@router.put("/dao/{daoId}/notifications/mail", response=Json)
async def mail(request: HttpRequest, daoId: DaoId, body: MailBody) -> Json:
    """Have a code sent to an address, prove it by that code, or want no mail any more."""
    return await _chosen(request, daoId, _mail, body)


@router.put("/dao/{daoId}/notifications/webhook", response=Json)
async def webhook(request: HttpRequest, daoId: DaoId, body: WebhookBody) -> Json:
    """Have an address called, or none; the answer has the secret where one was made, and never again."""
    return await _chosen(request, daoId, _webhook, body)


async def _chosen(request: HttpRequest, dao: str, verb: Callable[..., Any], *args: Any) -> Json:
    found: Json = await call(request, within, dao, _choose, verb, *args)
    return found


def _choose(world: World, actor: Principal, verb: Callable[..., Any], *args: Any) -> Json:
    """What the person chose, after a change. A token that only reads neither sees nor moves where mail
    goes."""
    require(world, actor, "dao:vote", "dao", "dao.vote", Kind.GOVERNANCE_ACTION)
    secret = verb(world, actor, *args)
    shown = choosing.preferences(world, actor)
    return {**shown, "webhook": {**shown["webhook"], "secret": secret}} if secret else shown


def _nothing(world: World, actor: Principal) -> None:
    """Only look."""


def _mail(world: World, actor: Principal, body: MailBody) -> None:
    if body.code:
        choosing.confirm(world, actor, body.code)
    if body.address is not None:
        choosing.ask_mail(world, actor, body.address.strip())


def _webhook(world: World, actor: Principal, body: WebhookBody) -> str:
    made = choosing.set_webhook(world, actor, body.url.strip()) if body.url is not None else ""
    return choosing.renew_secret(world, actor) if body.newSecret else made
