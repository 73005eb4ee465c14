"""What the keeper of a node does for notifications with every sweep. What goes out to the network goes in a
thread of its own, so that a slow server keeps no execution waiting."""

from __future__ import annotations

import logging
import threading

from django.db import connections

from engine.api import QflowError, World
from engine.api.governing import tell
from governance.house import advance, holding
from governance.models import Delivery, Notification, Recheck, Wish
from governance.store import logs
from governance.telling.delivering import deliver
from governance.telling.gathering import gather

log = logging.getLogger("qflow.notifications")

KEPT_US = 90 * 24 * 3600 * 1_000_000
NOTIFIED_EVENT = "q.qflow.dao.notified.v1"
"""Tells the bells of pages that something was told without anybody having done something just now."""

_HOUR_US = 3600 * 1_000_000
_hour = 0
_sending = threading.Lock()


def tend_notifications(world: World) -> None:
    """Gather what is new in every DAO, forget what is old or of subnets that are gone, and send."""
    for known in logs().all():
        try:
            with holding(known.id) as dao:
                advance(world, dao)
                if gather(world, dao):
                    tell(world, dao.subnet, NOTIFIED_EVENT, {"dao": dao.id, "subnet": dao.subnet})
        except QflowError as error:
            log.error("notifications of DAO %s: %s", known.name, error)
    _now_and_then(world)
    if _something_due(world) and _sending.acquire(blocking=False):
        threading.Thread(target=_send, args=(world,), name="notifications", daemon=True).start()


def _now_and_then(world: World) -> None:
    """Forget once an hour."""
    global _hour
    hour = world.clock.now_us() // _HOUR_US
    if hour != _hour:
        _hour = hour
        forget(world)


def _something_due(world: World) -> bool:
    waiting = Notification.objects.filter(hook_due=True) | Notification.objects.filter(mail_due=True)
    due = Delivery.objects.filter(state="waiting", next_us__lte=world.clock.now_us())
    return waiting.exists() or due.exists()


def _send(world: World) -> None:
    try:
        while deliver(world):
            pass
    except Exception:
        log.exception("notifications could not be sent; they are tried again")
    finally:
        _sending.release()
        connections.close_all()


def forget(world: World) -> None:
    """Delete what is older than it is kept, and all of subnets that were deleted."""
    old_us = world.clock.now_us() - KEPT_US
    Notification.objects.filter(at_us__lt=old_us).delete()
    Delivery.objects.exclude(state="waiting").filter(next_us__lt=old_us).delete()
    there = [one.id for one in world.access.subnets()]
    Recheck.objects.filter(begun_us__lt=old_us).delete()
    for kind in (Notification, Delivery, Wish, Recheck):
        kind.objects.exclude(subnet__in=there).delete()
