"""A person's notifications: the bell, the list, and by which ways to be told of what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from designer.access import local_redirect, page
from engine.api import Principal, UnknownObject, world
from governance import desk
from governance.models import Delivery, Notification, Wish
from governance.shown import when
from governance.telling import choosing, wishes
from governance.telling.delivering import outbox
from governance.telling.gathering import gather
from governance.telling.notes import MEANING

SHOWN_MAX = 200


def unread(actor: Principal) -> int:
    """How many notifications the person has not read; those of the last moment included."""
    desk.look(world(), actor, lambda dao: gather(world(), dao))
    mine = Notification.objects.filter(person__identity=actor.identity, listed=True, read_us=None)
    return mine.count()


@require_safe
@page
def bell(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The bell of every page, which scripts fetch anew when something happened."""
    return render(request, "governance/bell.html", {"unread": unread(actor)})


@require_safe
@page
def overview(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The newest notifications, and how the person is told."""
    count, person = unread(actor), choosing.person_of(actor)
    rows = Notification.objects.filter(person=person, listed=True).order_by("-at_us", "-pk")[:SHOWN_MAX]
    wish = Wish.objects.filter(person=person).first()
    context = {
        "rows": [_row(one) for one in rows],
        "unread_count": count,
        "table": _table(wishes.ways_of([person.pk])[person.pk]),
        "places": wishes.places_of(world(), person, actor.subnet),
        "every": wish.every_s if wish else 0,
        "periods": wishes.EVERY_S,
        "has_server": outbox().there,
        "failures": list(Delivery.objects.filter(person=person).exclude(error="").order_by("-pk")[:5]),
    }
    return render(request, "governance/notifications.html", context)


def _row(one: Notification) -> dict[str, Any]:
    return {"it": one, "at": when(one.at_us)}


def _table(ways: wishes.Ways) -> list[dict[str, Any]]:
    chosen = {"listed": ways.listed, "mail": ways.mail, "hook": ways.hook}
    return [
        {
            "about": str(about),
            "text": text,
            "cells": [{"way": way, "on": about in kinds} for way, kinds in chosen.items()],
        }
        for about, text in MEANING.items()
    ]


@require_POST
@page
def read(request: HttpRequest, actor: Principal, notification: int) -> HttpResponse:
    """Go to what a notification is about, which is read from then on; or take its being read back."""
    mine = Notification.objects.filter(pk=notification, person=choosing.person_of(actor))
    one = mine.first()
    if one is None:
        raise UnknownObject("there is no such notification")
    mine.update(read_us=None if "unread" in request.POST else world().clock.now_us())
    if "stay" in request.POST or "unread" in request.POST:
        return local_redirect("governance:notifications")
    return redirect(reverse("governance:home") + one.link)  # a path below that we wrote ourselves


@require_POST
@page
def read_all(request: HttpRequest, actor: Principal) -> HttpResponse:
    """All are read."""
    choosing.read(world(), actor)
    return local_redirect("governance:notifications")


@require_POST
@page
def choose(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Take the choices of what is told by which way."""
    told = {name: request.POST.getlist(way) for name, way in choosing.WAYS.items()}
    every = request.POST.get("every", "0")
    choosing.choose(world(), actor, told, int(every) if every.isdecimal() else -1)
    return local_redirect("governance:notifications")


@require_POST
@page
def mail(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Ask for a code at an address, prove the address by its code, or want no mail any more."""
    if "code" in request.POST:
        choosing.confirm(world(), actor, request.POST["code"])
    else:
        choosing.ask_mail(world(), actor, request.POST.get("mail", "").strip())
    return local_redirect("governance:notifications")


@require_POST
@page
def hook(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Take the address of a webhook, or make a new secret for it."""
    if "fresh" in request.POST:
        choosing.renew_secret(world(), actor)
    else:
        choosing.set_webhook(world(), actor, request.POST.get("hook", "").strip())
    return local_redirect("governance:notifications")
