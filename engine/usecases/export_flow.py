"""Give a flow that came from another system back in that system's words."""

from __future__ import annotations

from engine.ports.access_store import Principal
from engine.ports.importer import Exported
from engine.usecases.get_flow import DRAFT, view
from engine.usecases.import_flows import N8N
from engine.usecases.permission import require
from engine.usecases.world import World


def export_flow(
    world: World, actor: Principal, flow_id: str, version: str = DRAFT, system: str = N8N
) -> Exported:
    """The other system's workflow, and what could not go back.

    Raises :class:`UnknownObject`, and :class:`InvalidInput` for a flow of other origin.
    """
    require(world, actor, "flows:read", f"flows/{flow_id}")
    flow = view(world, actor.subnet, flow_id, version).flow
    return world.importer(system).write(flow, world.catalogue)
