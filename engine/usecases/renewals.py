"""What was paused since a permission ran out goes on when permissions change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.journal.state import Status
from engine.ports.permissions import RENEWED_EVENT
from engine.usecases.control_execution import post_signal
from engine.usecases.world import World


def renewed(world: World, subnet: str, told: Mapping[str, Any]) -> None:
    """After a change that may allow something: believe nothing old, tell the watchers, and let go on."""
    world.trust.books.forget()
    world.notifier.event(subnet, RENEWED_EVENT, told)
    resume_withheld(world, subnet)


def resume_withheld(world: World, subnet: str) -> int:
    """Resume every execution of a subnet that the pipeline paused; what is still not permitted pauses
    again. Gives how many there were."""
    held = world.journal.waiting_for(subnet, RENEWED_EVENT)
    paused = [each for each in held if world.journal.header(each).status is Status.PAUSED]
    for execution in paused:
        post_signal(world, execution, "resume", {}, "qonsent")
    return len(paused)
