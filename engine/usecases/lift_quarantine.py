"""See what is in quarantine, and lift it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.base.errors import UnknownObject
from engine.base.limits import STAYS_SEARCHED_MAX
from engine.execution.violations import stay_data
from engine.ports.access_store import Principal
from engine.ports.quarantine import LIFTED_EVENT, Contained, Quarantine
from engine.usecases.permission import require
from engine.usecases.world import World


def list_quarantine(world: World, actor: Principal) -> Sequence[Quarantine]:
    """What is in quarantine in the actor's subnet, newest first; raises :class:`PermissionDenied`."""
    require(world, actor, "system:read")
    return _in_force(world, actor)


def lift_quarantine(world: World, actor: Principal, subject: str) -> Quarantine:
    """Let a flow (by id) or code (by CID) run again; what it did before no longer counts against it.

    Raises :class:`PermissionDenied` without the scope ``admin``, and :class:`UnknownObject` where the
    subject is not in quarantine.
    """
    require(world, actor, "admin")
    liftable = [one for one in _in_force(world, actor) if one.kind is not Contained.SUBNET]
    stay = next((one for one in liftable if one.subject == subject), None)
    if stay is None or not world.containment.lift(actor.subnet, stay.kind, subject, actor.id):
        raise UnknownObject(f"nothing named {subject[:100]!r} is in quarantine in subnet {actor.subnet!r}")
    lifted = replace(stay, lifted_us=world.clock.now_us(), lifted_by=actor.id)
    world.notifier.event(actor.subnet, LIFTED_EVENT, stay_data(lifted))
    return lifted


def _in_force(world: World, actor: Principal) -> list[Quarantine]:
    now_us = world.clock.now_us()
    stays = world.containment.history(actor.subnet, STAYS_SEARCHED_MAX)
    return [stay for stay in stays if stay.in_force(now_us)]
