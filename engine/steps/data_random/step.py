"""How data.random runs: drawn from a seed, so that a replay gives the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

from engine.flow.model import MAIN
from engine.ports.step_catalogue import StepContext, StepResult, StepType
from engine.steps.data_random.manifest import MANIFEST, RandomParameters

FIRST = ("Ada", "Ben", "Chidi", "Dana", "Emil", "Farah", "Goran", "Hana", "Ines", "Jun")
LAST = ("Adler", "Brook", "Costa", "Diallo", "Ek", "Fuchs", "Gruber", "Haas", "Ito", "Jansen")
STREETS = ("Mill Lane", "Station Road", "High Street", "Park Avenue", "Harbour Way")
CITIES = (("Lisbon", "PT"), ("Oslo", "NO"), ("Graz", "AT"), ("Lyon", "FR"), ("Cork", "IE"))


class RandomStep(StepType):
    """Gives as many items as asked for, whatever comes in."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Draw every item from the parameter's seed, or from the run's."""
        given: RandomParameters = context.parameters()
        draw = random.Random(given.seed or context.seed)  # noqa: S311 - sample data, no secret
        make = _KINDS[given.kind]
        items = [{"json": make(draw), "pairedItem": {"item": 0}} for _ in range(given.count)]
        return StepResult({MAIN: items})


def _user(draw: random.Random) -> dict[str, Any]:
    first, last = draw.choice(FIRST), draw.choice(LAST)
    return {"uid": _id(draw), "firstname": first, "lastname": last, **_email(draw, first, last)}


def _email(draw: random.Random, first: str = "", last: str = "") -> dict[str, Any]:
    name = f"{first or draw.choice(FIRST)}.{last or draw.choice(LAST)}".lower()
    return {"email": f"{name}{draw.randrange(100)}@example.com"}


def _address(draw: random.Random) -> dict[str, Any]:
    city, country = draw.choice(CITIES)
    street = f"{draw.randrange(1, 200)} {draw.choice(STREETS)}"
    return {"street": street, "zip": f"{draw.randrange(10_000, 99_999)}", "city": city, "country": country}


def _id(draw: random.Random) -> str:
    return str(UUID(int=draw.getrandbits(128), version=4))


_KINDS: dict[str, Callable[[random.Random], dict[str, Any]]] = {
    "user": _user,
    "address": _address,
    "email": _email,
    "uuid": lambda draw: {"uuid": _id(draw)},
    "number": lambda draw: {"number": draw.randrange(1_000_000)},
}
