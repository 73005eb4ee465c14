"""List the versions of a flow."""

from __future__ import annotations

from engine.ports.access_store import Principal
from engine.ports.flow_store import VersionRecord
from engine.usecases.permission import require
from engine.usecases.world import World


def flow_history(world: World, actor: Principal, flow_id: str) -> list[VersionRecord]:
    """All versions that were ever saved, newest first. Raises :class:`UnknownObject`."""
    require(world, actor, "flows:read", f"flows/{flow_id}")
    return world.flows.history(actor.subnet, flow_id)
