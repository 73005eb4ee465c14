"""What the keeper of a node does for its DAOs with every sweep."""

from __future__ import annotations

import logging

from engine.api import QflowError, World
from governance.following import FOLLOWING
from governance.house import advance, erase, holding
from governance.policies import tend
from governance.rechecking import RECHECKING
from governance.store import logs

log = logging.getLogger("qflow.governance")


def tend_daos(world: World) -> None:
    """Let time do its work in every DAO, and bring its policy into force; a DAO whose subnet was deleted is
    erased with its log. What goes wrong in one does not keep the others waiting."""
    subnets = {subnet.id for subnet in world.access.subnets()}
    for known in logs().all():
        if known.subnet not in subnets:
            erase(known.id)
            continue
        try:
            with holding(known.id) as dao:
                advance(world, dao)
                tend(world, dao)
        except QflowError as error:
            log.error("DAO %s of subnet %s: %s", known.name, known.subnet, error)


def follow_policies(world: World) -> None:
    """Take what is new of the policies that other nodes have, where this node is told to."""
    FOLLOWING.sweep(world)


def make_checks_anew(world: World) -> None:
    """Make the checks of templates anew for DAOs elsewhere, where this node is told to."""
    RECHECKING.sweep(world)
