"""How data.random runs: drawn from a seed, so that a replay gives the same."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from typing import Any
from uuid import UUID

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_random.manifest import LETTERS, MANIFEST, RandomParameters

FIRST = ("Ada", "Ben", "Chidi", "Dana", "Emil", "Farah", "Goran", "Hana", "Ines", "Jun")
LAST = ("Adler", "Brook", "Costa", "Diallo", "Ek", "Fuchs", "Gruber", "Haas", "Ito", "Jansen")
STREETS = ("Mill Lane", "Station Road", "High Street", "Park Avenue", "Harbour Way")
CITIES = (
    ("Lisbon", "Lisboa", "PT"),
    ("Oslo", "Oslo", "NO"),
    ("Graz", "Styria", "AT"),
    ("Lyon", "Rhone", "FR"),
    ("Cork", "Munster", "IE"),
)
Json = dict[str, Any]


class RandomStep(StepType):
    """Gives as many items as asked for: whatever comes in, or for each item."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Draw every item from the parameter's seed, or from the run's."""
        given: RandomParameters = context.parameters()
        draw = random.Random(context.seed)  # noqa: S311 - sample data, no secret
        found: list[Item] = []
        for index in range(len(context.items) if given.perItem else 1):
            if given.seed:
                draw = random.Random(given.seed)  # noqa: S311
            made = [_KINDS[given.kind](draw, given) for _ in range(given.count)]
            jsons = [{given.into: made}] if given.into else made
            found += [{"json": json, "pairedItem": {"item": index}} for json in jsons]
        return StepResult({MAIN: found})


def _user(draw: random.Random, _: RandomParameters) -> Json:
    first, last = draw.choice(FIRST), draw.choice(LAST)
    names = {"firstname": first, "lastname": last}
    return {
        "uid": _id(draw),
        **names,
        "email": _email(draw, first, last),
        "password": _text(draw, LETTERS, 12),
    }


def _email(draw: random.Random, first: str, last: str) -> str:
    return f"{first}.{last}{draw.randrange(100)}@example.com".lower()


def _mail(draw: random.Random, _: RandomParameters) -> Json:
    address = _email(draw, draw.choice(FIRST), draw.choice(LAST))
    return {"email": address, "confirmed": draw.random() < 0.5}


def _address(draw: random.Random, _: RandomParameters) -> Json:
    city, state, country = draw.choice(CITIES)
    street = f"{draw.randrange(1, 200)} {draw.choice(STREETS)}"
    place = {"street": street, "zip": f"{draw.randrange(10_000, 99_999)}", "city": city}
    names = {"firstname": draw.choice(FIRST), "lastname": draw.choice(LAST)}
    return {**names, **place, "state": state, "country": country}


def _card(draw: random.Random, _: RandomParameters) -> Json:
    return {
        "type": draw.choice(("MasterCard", "Visa")),
        "number": "-".join(_text(draw, string.digits, 4) for _ in range(4)),
        "ccv": _text(draw, string.digits, 3),
        "exp": f"{draw.randrange(1, 13):02}/{draw.randrange(1, 41):02}",
        "holder_name": f"{draw.choice(FIRST)} {draw.choice(LAST)}",
    }


def _place(draw: random.Random, _: RandomParameters) -> Json:
    return {"location": f"{draw.uniform(-90, 90):.6f}, {draw.uniform(-180, 180):.6f}"}


def _id(draw: random.Random) -> str:
    return str(UUID(int=draw.getrandbits(128), version=4))


def _text(draw: random.Random, letters: str, length: int) -> str:
    return "".join(draw.choice(letters) for _ in range(length))


def _parts(draw: random.Random, count: int, below: int, form: str = "", between: str = ".") -> str:
    return between.join(format(draw.randrange(below), form) for _ in range(count))


_KINDS: dict[str, Callable[[random.Random, RandomParameters], Json]] = {
    "user": _user,
    "address": _address,
    "email": _mail,
    "creditCard": _card,
    "latLong": _place,
    "uuid": lambda draw, _: {"uuid": _id(draw)},
    "number": lambda draw, _: {"number": draw.randrange(1_000_000)},
    "ipv4": lambda draw, _: {"ip": _parts(draw, 4, 256)},
    "ipv6": lambda draw, _: {"ipv6": _parts(draw, 8, 65_536, "x", ":")},
    "macAddress": lambda draw, _: {"mac": _parts(draw, 6, 256, "02x", ":")},
    "semver": lambda draw, _: {"version": _parts(draw, 3, 20)},
    "url": lambda draw, _: {"url": f"https://{draw.choice(LAST).lower()}{draw.randrange(100)}.example"},
    "nanoid": lambda draw, given: {"nanoId": _text(draw, given.alphabet, given.length)},
}
