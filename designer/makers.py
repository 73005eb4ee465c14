"""Whoever made a link: what comes of a link counts only as long as its maker may make it."""

from __future__ import annotations

import hashlib
import secrets

from designer.models import Person
from engine.api import PermissionDenied, Principal, act_as_person, world

SECRET_BYTES = 32


def new_secret() -> tuple[str, str, str]:
    """A public name, a secret that nobody guesses, and its digest, which alone is stored."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    return secrets.token_hex(8), secret, digest(secret)


def digest(secret: str) -> str:
    """What is stored of a link's secret: its SHA-256, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def maker_of(made_by: str, subnet: str) -> Principal | None:
    """The person who made a link, with what they may do now; None where they are gone."""
    person = Person.objects.select_related("user").filter(identity=made_by).first()
    if person is None or not person.user.is_active:
        return None
    try:
        maker = act_as_person(world(), person.identity, person.scopes.split())
    except PermissionDenied:
        return None
    return maker if maker.subnet == subnet else None
