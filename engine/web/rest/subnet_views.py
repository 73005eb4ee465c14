"""How a subnet is shown, over REST and on the command line."""

from __future__ import annotations

from typing import Any

from engine.ports.access_store import Subnet
from engine.usecases.subnet_life import standing
from engine.usecases.world import World
from engine.web.rest.execution_views import time_of


def subnet_of(world: World, subnet: Subnet) -> dict[str, Any]:
    """A ``SubnetShown``."""
    state, reason = standing(world, subnet)
    created = time_of(subnet.created_us)
    return {"id": subnet.id, "name": subnet.name, "createdAt": created, "state": state, "reason": reason}
