"""What a subnet used, day by day: for billing, and for those who use it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from engine.base.errors import InvalidInput, UnknownObject
from engine.base.limits import USAGE_DAYS_MAX
from engine.journal.usage import day_of
from engine.ports.access_store import Principal
from engine.ports.usage import UsageDay
from engine.usecases.manage_subnets import keeps_the_node, show_subnet
from engine.usecases.permission import require
from engine.usecases.world import World

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
DAYS_SHOWN = 30
"""How many days are told where nobody says from when."""


def usage_of(
    world: World, actor: Principal, subnet: str, first: str | None = None, last: str | None = None
) -> Sequence[UsageDay]:
    """The days of a subnet on which something was used, of the last 30 or from ``first`` to ``last``
    (``2026-01-31``, UTC, both included). Of one's own subnet, or of any for who keeps the node.

    Raises :class:`UnknownObject`, and :class:`InvalidInput` for days that are none or too many.
    """
    require(world, actor, "system:read", "usage")
    if subnet != actor.subnet and not keeps_the_node(actor):
        raise UnknownObject(f"there is no subnet {subnet!r}", subnet=subnet)
    show_subnet(world, actor, subnet)
    from_, to = _period(first, last, day_of(world.clock.now_us()))
    world.usage.note_stored(subnet, day_of(world.clock.now_us()))
    return world.usage.days(subnet, from_, to)


def rebuild_usage(world: World, actor: Principal) -> int:
    """Work out anew, from the journals, what the executions of the actor's subnet used; gives how many
    there were. What was counted of deleted executions stays."""
    require(world, actor, "admin", "usage")
    return world.usage.rebuild(actor.subnet)


def note_stored_everywhere(world: World) -> None:
    """What the keeper does: measure what every subnet has stored."""
    day = day_of(world.clock.now_us())
    for subnet in world.access.subnets():
        world.usage.note_stored(subnet.id, day)


def shown(one: UsageDay) -> Mapping[str, Any]:
    """A day as doors show it."""
    used = one.amounts
    return {
        "day": one.day,
        "executions": used.executions,
        "steps": used.steps,
        "fuel": used.fuel,
        "cpuSeconds": round(used.cpu_us / 1e6, 6),
        "memoryMebibyteSeconds": round(used.memory_kib_ms / 1_024_000, 6),
        "webhookCalls": used.webhook_calls,
        "egressBytes": used.egress_bytes,
        "blocks": one.blocks,
        "storedBytes": one.stored_bytes,
    }


def as_csv(days: Sequence[UsageDay]) -> str:
    """RFC 4180: a line of names, then a line for each day."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(shown(UsageDay("")))
    for one in days:
        write(shown(one).values())
    return out.getvalue()


def _period(first: str | None, last: str | None, today: str) -> tuple[str, str]:
    to = _date(last or today)
    from_ = _date(first) if first else to - timedelta(days=DAYS_SHOWN - 1)
    if from_ > to:
        raise InvalidInput(f"the period ends on {to}, before it begins on {from_}")
    if (to - from_).days >= USAGE_DAYS_MAX:
        raise InvalidInput(f"ask for at most {USAGE_DAYS_MAX} days at once")
    return from_.isoformat(), to.isoformat()


def _date(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidInput(f"{text[:40]!r} is no day; write it as 2026-01-31")
