"""Members of a hall who sign in to its pages, and their notifications."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.models import User

from designer.models import Person
from engine.api import World
from engine.ports.policy import EgressPolicy, Policy
from governance.models import Notification
from governance.telling.gathering import gather
from tests.governance.hall import NAMES, Hall


def with_persons(hall: Hall) -> Hall:
    """Everybody of the hall can sign in."""
    for name in (*NAMES, "zed"):
        user = User.objects.create_user(name)
        Person.objects.create(user=user, identity=hall.people[name].identity, scopes="admin")
    return hall


def gathered(hall: Hall) -> int:
    """Take in what is new."""
    return gather(hall.world, hall.dao)


def told(hall: Hall, name: str) -> list[tuple[str, str]]:
    """What somebody was told, oldest first."""
    rows = Notification.objects.filter(person__user__username=name).order_by("at_us", "pk")
    return [(row.about, row.title) for row in rows]


class _OpenPolicies:
    def __init__(self, inner) -> None:
        self._inner = inner

    def of(self, subnet: str) -> Policy:
        return replace(self._inner.of(subnet), egress=EgressPolicy(("127.0.0.1",)))


def reaching_loopback(world: World) -> World:
    """A world whose subnets may reach this machine, as only tests may."""
    return replace(world, policy=_OpenPolicies(world.policy))  # type: ignore[arg-type]
