"""Carries notifications out by mail and webhook: at least once, under an id that stays the same, so that
whoever gets one twice can tell. Several processes may do it at once: each delivery is claimed first."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min

from engine.api import QflowError, World
from governance.models import Delivery, Notification, Wish
from governance.shown import when
from governance.telling import hook, mail
from governance.telling.wishes import places_of

log = logging.getLogger("qflow.notifications")

RETRY_S = (10, 60, 300, 1_800, 7_200, 28_800, 86_400)
"""How long after each failure a delivery is tried again; then it is given up."""

CLAIM_US = 120 * 1_000_000
"""How long whoever claimed a delivery has for it."""

BATCH = 100
_SECOND_US = 1_000_000
_WAITING, _SENT, _GIVEN_UP = "waiting", "sent", "given up"


def outbox() -> mail.Outbox:
    """The node's mail server, as configured."""
    return mail.Outbox(settings.MAIL_URL, settings.MAIL_FROM)


def deliver(world: World) -> int:
    """Send what is due; gives how many deliveries were tried."""
    collect(world)
    now_us = world.clock.now_us()
    due = Delivery.objects.filter(state=_WAITING, next_us__lte=now_us).order_by("next_us")[:BATCH]
    return sum(_try(world, one) for one in due.select_related("person"))


# --- collecting -------------------------------------------------------------------------------------


def collect(world: World) -> None:
    """Make deliveries of what waits: a call for each notification, a mail for all that a person collected."""
    rows = Notification.objects.filter(hook_due=True).order_by("pk")[:BATCH]
    for one in rows:
        _made(world, "hook", [one])
    if outbox().there:
        for each in _collected(world):
            _made(world, "mail", each)


def _collected(world: World) -> Iterable[list[Notification]]:
    """What each person is to get in one mail now."""
    waiting = Notification.objects.filter(mail_due=True)
    every = dict(Wish.objects.filter(has_mail=True).values_list("person", "every_s"))
    firsts = waiting.values_list("person").annotate(first=Min("at_us")).order_by("first")
    now_us = world.clock.now_us()
    due = [person for person, first in firsts if first + every.get(person, 0) * _SECOND_US <= now_us]
    for person in due[:BATCH]:
        yield list(waiting.filter(person=person).order_by("at_us", "pk")[:BATCH])


def _made(world: World, way: str, rows: list[Notification]) -> None:
    due = f"{way}_due"
    with transaction.atomic():
        ids = [one.pk for one in rows]
        claimed = Notification.objects.filter(pk__in=ids, **{due: True}).update(**{due: False})
        if claimed != len(ids):
            transaction.set_rollback(True)
            return  # somebody else was faster
        made = Delivery.objects.create(
            public=world.new_id("ntf"),
            person_id=rows[0].person_id,
            subnet=rows[0].subnet,
            way=way,
            next_us=world.clock.now_us(),
        )
        made.notifications.set(ids)


# --- sending ----------------------------------------------------------------------------------------


def _try(world: World, one: Delivery) -> bool:
    """Claim a delivery and send it; whether it was ours to claim."""
    now_us = world.clock.now_us()
    mine = Delivery.objects.filter(pk=one.pk, state=_WAITING, next_us=one.next_us)
    if not mine.update(next_us=now_us + CLAIM_US, attempts=F("attempts") + 1):
        return False
    try:
        _send(world, one)
        change = {"state": _SENT, "error": ""}
    except QflowError as error:
        change = _failed(one.attempts, error, now_us)
        log.warning("notification %s by %s: %s", one.public, one.way, change["error"])
    Delivery.objects.filter(pk=one.pk).update(**change)
    return True


def _failed(attempts: int, error: QflowError, now_us: int) -> dict[str, object]:
    """``attempts`` counts those before this one."""
    told = error.message[:200]
    if attempts >= len(RETRY_S) or not error.retryable:
        return {"state": _GIVEN_UP, "error": told}
    return {"next_us": now_us + RETRY_S[attempts] * _SECOND_US, "error": told}


def _send(world: World, one: Delivery) -> None:
    places = places_of(world, one.person, one.subnet)
    rows = list(one.notifications.order_by("at_us", "pk"))
    if one.way == "hook" and places.hook:
        for row in rows:
            hook.send(world, one.subnet, places, one.public, _body(world, row))
    elif one.way == "mail" and places.mail:
        mail.send(outbox(), _letter(world, one, places.mail, rows))


def _body(world: World, row: Notification) -> dict[str, object]:
    data = {"dao": row.dao, "subnet": row.subnet, "title": row.title, "text": row.text}
    address = f"{world.public_url()}/governance/{row.link}"
    return {"type": f"governance.{row.about}", "timestamp": when(row.at_us), "data": {**data, "url": address}}


def _letter(world: World, one: Delivery, address: str, rows: list[Notification]) -> mail.Letter:
    subject = rows[0].title if len(rows) == 1 else f"{len(rows)} notes of your DAO"
    parts = [f"{row.title}\n{row.text}\n{world.public_url()}/governance/{row.link}" for row in rows]
    foot = f"Which mails you get: {world.public_url()}/governance/notifications"
    return mail.Letter(one.public, address, subject, "\n\n".join([*parts, "--", foot]) + "\n")


def confirm_mail(world: World, address: str, code: str) -> None:
    """Send the code that proves an address; raises :class:`NetworkFailure`."""
    text = (
        f"Enter this code on the page of your notifications:\n\n{code}\n\nIf you asked for none, ignore it.\n"
    )
    letter = mail.Letter(world.new_id("ntf"), address, "Your code for mails of Qflow", text)
    mail.send(outbox(), letter)
