"""What pages call those who did something."""

from __future__ import annotations

from collections.abc import Iterable

from designer.models import Person
from engine.api import Principal, world

PERSON = "person:"


def names_of(actor: Principal, ids: Iterable[str]) -> dict[str, str]:
    """Actor id -> name, for those of the actor's subnet: the name a person signs in with, or a token's."""
    wanted = set(ids)
    people = Person.objects.filter(identity__in=[id.removeprefix(PERSON) for id in wanted if _is_person(id)])
    named = {PERSON + one.identity: one.user.get_username() for one in people.select_related("user")}
    return {id: named.get(id) or _other(actor, id) for id in wanted}


def _is_person(id: str) -> bool:
    return id.startswith(PERSON)


def _other(actor: Principal, id: str) -> str:
    """The name of a token; of whoever is not known any more what is known."""
    if _is_person(id):
        return "somebody who left"
    token = world().access.token(id)
    return f"token {token.name}" if token is not None and token.subnet == actor.subnet else id
