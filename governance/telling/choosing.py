"""What persons do with their notifications, the same by every door: list them, read them, and say by which
ways they want to be told of what. JSON values are those of REST."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from designer.models import Person
from engine.api import InvalidInput, Principal, Problem, UnknownObject, World, WrongState
from governance import desk
from governance.models import Delivery, Notification, Wish
from governance.shown import when
from governance.telling import wishes
from governance.telling.delivering import confirm_mail, outbox
from governance.telling.gathering import gather
from governance.telling.notes import MEANING

Json = dict[str, Any]

WAYS = {"page": "listed", "mail": "mail", "webhook": "hook"}
"""What doors call the ways, and what the store does."""

FAILURES_SHOWN = 5


def person_of(actor: Principal) -> Person:
    """Who is told; raises :class:`UnknownObject` for an actor behind whom nobody signs in."""
    found = Person.objects.filter(identity=actor.identity).first() if actor.identity else None
    if found is None:
        raise UnknownObject("notifications are for persons who sign in; this actor is none of them")
    return found


# --- what was told ----------------------------------------------------------------------------------


def listed(world: World, actor: Principal, limit: int = 50, unread: bool = False) -> list[Json]:
    """What a person was told, newest first, or what of it was not read; nothing for who is no person."""
    desk.look(world, actor, lambda dao: gather(world, dao))
    mine = Notification.objects.filter(person__identity=actor.identity, listed=True)
    rows = mine.filter(read_us=None) if unread else mine
    return [_shown(one) for one in rows.order_by("-at_us", "-pk")[:limit]]


def read(world: World, actor: Principal, ids: Sequence[int] = ()) -> int:
    """They are read from now on, all where no ids are given; gives how many were not. Raises
    :class:`UnknownObject` for one that is not the person's."""
    mine = Notification.objects.filter(person=_member_or_viewer(world, actor))
    if ids:
        mine = mine.filter(pk__in=ids)
        missing = set(ids) - set(mine.values_list("pk", flat=True))
        if missing:
            raise UnknownObject(f"there is no notification {min(missing)}")
    return mine.filter(read_us=None).update(read_us=world.clock.now_us())


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


# --- by which ways ----------------------------------------------------------------------------------


def preferences(world: World, actor: Principal) -> Json:
    """By which ways a person is told of what, and where to; secrets are not in it."""
    person = _member_or_viewer(world, actor)
    ways, places = wishes.ways_of([person.pk])[person.pk], wishes.places_of(world, person, actor.subnet)
    wish = Wish.objects.filter(person=person).first()
    failed = Delivery.objects.filter(person=person).exclude(error="").order_by("-pk")[:FAILURES_SHOWN]
    return {
        "told": {name: sorted(getattr(ways, way)) for name, way in WAYS.items()},
        "everySeconds": wish.every_s if wish else 0,
        "mail": {"address": places.mail, "unconfirmed": places.asked, "possible": outbox().there},
        "webhook": {"url": places.hook},
        "kinds": {str(about): text for about, text in MEANING.items()},
        "failures": [
            {"way": _door_name(one.way), "state": one.state, "attempts": one.attempts, "error": one.error}
            for one in failed
        ],
    }


def _door_name(way: str) -> str:
    return next(name for name, stored in WAYS.items() if stored == way)


def choose(
    world: World, actor: Principal, told: Mapping[str, Sequence[str]], every_s: int | None = None
) -> None:
    """Take for some ways of what is told by them; what is left out stays as it was."""
    person = _member_or_viewer(world, actor)
    unknown = sorted(set(told) - set(WAYS))
    if unknown:
        raise InvalidInput("the choice is not valid", [Problem("told", f"one of {', '.join(WAYS)}")])
    now, wish = wishes.ways_of([person.pk])[person.pk], Wish.objects.filter(person=person).first()
    choices = {way: told.get(name, getattr(now, way)) for name, way in WAYS.items()}
    kept = wish.every_s if wish else 0
    wishes.choose(person, actor.subnet, choices, kept if every_s is None else every_s)


def ask_mail(world: World, actor: Principal, address: str) -> None:
    """Send a code to an address, or want no mail any more where it is empty."""
    person = _member_or_viewer(world, actor)
    places = wishes.places_of(world, person, actor.subnet)
    if not address:
        places = replace(places, mail="", asked="", code="")
    else:
        if not outbox().there:
            raise WrongState(
                "this node has no mail server; who keeps it sets QFLOW_MAIL_URL and QFLOW_MAIL_FROM"
            )
        places = wishes.asked_for(world, places, address)
        confirm_mail(world, places.asked, places.code)
    wishes.keep_places(world, person, actor.subnet, places)


def confirm(world: World, actor: Principal, code: str) -> None:
    """Prove the address that was asked for by the code that was sent there."""
    person = _member_or_viewer(world, actor)
    places = wishes.confirmed(world, wishes.places_of(world, person, actor.subnet), code)
    wishes.keep_places(world, person, actor.subnet, places)


def set_webhook(world: World, actor: Principal, url: str) -> str:
    """Call this address from now on, none where it is empty; gives a new secret where one was made."""
    person = _member_or_viewer(world, actor)
    before = wishes.places_of(world, person, actor.subnet)
    places = wishes.with_hook(world, before, url)
    wishes.keep_places(world, person, actor.subnet, places)
    return places.secret if places.secret != before.secret else ""


def renew_secret(world: World, actor: Principal) -> str:
    """A new secret for the webhook; raises :class:`WrongState` where there is none."""
    person = _member_or_viewer(world, actor)
    places = wishes.places_of(world, person, actor.subnet)
    if not places.hook:
        raise WrongState("there is no webhook to make a secret for; give its address first")
    places = replace(places, secret=wishes.fresh_secret(world))
    wishes.keep_places(world, person, actor.subnet, places)
    return places.secret


def _member_or_viewer(world: World, actor: Principal) -> Person:
    """The person, who may look at the DAO at least."""
    desk.look(world, actor, lambda dao: dao.id)
    return person_of(actor)
