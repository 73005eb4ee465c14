"""By which ways each person wants to be told of what. Where to is stored sealed: addresses, and the secret
by which calls are signed."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace

from designer.models import Person
from engine.api import InvalidInput, Problem, World, bound_to
from governance.models import Wish
from governance.telling.notes import About

WAYS = ("listed", "mail", "hook")
EVERY_S = {"at once": 0, "each hour": 3_600, "each day": 86_400}
"""How long mails collect what there is to tell."""

CODE_BYTES = 10
CODE_LASTS_US = 24 * 3600 * 1_000_000
ASK_AGAIN_US = 60 * 1_000_000
_SECRET_BYTES = 24
_KIND = "credentials"
_EVERYTHING = frozenset(About)


@dataclass(frozen=True, slots=True)
class Ways:
    """What a person wants by which way; without a word about it, everything."""

    listed: frozenset[str] = _EVERYTHING
    mail: frozenset[str] = _EVERYTHING
    hook: frozenset[str] = _EVERYTHING
    has_mail: bool = False
    has_hook: bool = False

    def of(self, about: str) -> tuple[bool, bool, bool]:
        """Whether it is listed, mailed and sent to the webhook."""
        mail, hook = self.has_mail and about in self.mail, self.has_hook and about in self.hook
        return about in self.listed, mail, hook


@dataclass(frozen=True, slots=True)
class Places:
    """Where a person is told: a mail address that was confirmed, one that is not yet, with the code that was
    sent to it; the address of a webhook and its secret (``whsec_...``). Empty where there is none."""

    mail: str = ""
    asked: str = ""
    code: str = field(default="", repr=False)
    asked_us: int = 0
    hook: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


def ways_of(persons: Iterable[int]) -> dict[int, Ways]:
    """The wishes of persons, by the ids of their rows."""
    wanted = list(persons)
    found = {one.person_id: _ways(one) for one in Wish.objects.filter(person__in=wanted).defer("places")}
    return {person: found.get(person, Ways()) for person in wanted}


def _ways(row: Wish) -> Ways:
    chosen = {way: frozenset(row.choices.get(way, _EVERYTHING)) for way in WAYS}
    return Ways(**chosen, has_mail=row.has_mail, has_hook=row.has_hook)


def choose(person: Person, subnet: str, choices: Mapping[str, Iterable[str]], every_s: int) -> None:
    """Take a person's choices: for each way, of what; raises :class:`InvalidInput`."""
    kept = {way: sorted(set(choices.get(way, ()))) for way in WAYS}
    unknown = {about for each in kept.values() for about in each} - set(About)
    if unknown or every_s not in EVERY_S.values():
        raise InvalidInput("the choice is not valid", [Problem("about", f"one of {', '.join(About)}")])
    chosen = {"subnet": subnet, "choices": kept, "every_s": every_s}
    Wish.objects.update_or_create(person=person, defaults=chosen)


def places_of(world: World, person: Person, subnet: str) -> Places:
    """Where the person is told."""
    row = Wish.objects.filter(person=person).first()
    if row is None or not row.places:
        return Places()
    plain = world.cipher.open(subnet, _KIND, bytes(row.places), _place(subnet, person))
    return Places(**json.loads(plain))


def keep_places(world: World, person: Person, subnet: str, places: Places) -> None:
    """Store where the person is told, sealed."""
    sealed = world.cipher.seal(subnet, _KIND, json.dumps(asdict(places)).encode(), _place(subnet, person))
    there = {"has_mail": bool(places.mail), "has_hook": bool(places.hook)}
    known = {"subnet": subnet, "places": sealed, **there}
    Wish.objects.update_or_create(person=person, defaults=known)


def _place(subnet: str, person: Person) -> bytes:
    return bound_to("notification places", subnet, person.identity)


def with_hook(world: World, places: Places, url: str) -> Places:
    """The places with a webhook at an address, none where it is empty; a new address gets a new secret."""
    if not url:
        return replace(places, hook="", secret="")
    if url == places.hook:
        return places
    return replace(places, hook=_checked(url), secret=fresh_secret(world))


def fresh_secret(world: World) -> str:
    """A secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(world.entropy.bytes(_SECRET_BYTES)).decode()


def _checked(url: str) -> str:
    if len(url) > 2_000 or not url.startswith(("https://", "http://")) or not url.isprintable():
        problem = Problem("hook", "an address such as https://host.example/path", "invalid_url")
        raise InvalidInput("the address of the webhook is not valid", [problem])
    return url


def asked_for(world: World, places: Places, address: str) -> Places:
    """The places with an address that waits for its code; raises :class:`InvalidInput` for what is none,
    and where the last code was sent a moment ago."""
    now_us = world.clock.now_us()
    local, at, domain = address.rpartition("@")
    plain = address.isascii() and address.isprintable() and not set(address) & set(" <>,;:\\\"'()[]")
    if not ((local and at and "." in domain.strip(".")) or domain == "localhost") or not plain:
        raise InvalidInput("the address is not valid", [Problem("mail", "such as ann@example.com")])
    if len(address) > 254 or now_us - places.asked_us < ASK_AGAIN_US:
        raise InvalidInput("wait a minute", [Problem("mail", "a code was sent a moment ago")])
    code = base64.b32encode(world.entropy.bytes(CODE_BYTES)).decode().lower()
    return replace(places, asked=address, code=code, asked_us=now_us)


def confirmed(world: World, places: Places, code: str) -> Places:
    """The places with the address that the code proves; raises :class:`InvalidInput`."""
    fresh = world.clock.now_us() - places.asked_us < CODE_LASTS_US
    given = "".join(code.split()).lower()
    if not places.code or not fresh or not _same(given, places.code):
        raise InvalidInput("the code is not the one", [Problem("code", "the code in the newest mail")])
    return replace(places, mail=places.asked, asked="", code="", asked_us=0)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
