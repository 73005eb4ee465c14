"""Take a flow's triggers out of force."""

from __future__ import annotations

from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowRecord
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.world import World


def unpublish_flow(world: World, actor: Principal, flow_id: str) -> FlowRecord:
    """No trigger starts the flow any more; running executions go on. Raises :class:`UnknownObject`."""
    require(world, actor, "flows:write", f"flows/{flow_id}")
    record = world.flows.unpublish(actor.subnet, flow_id, world.clock.now_us())
    remember_done(world, actor, "change", "flow.unpublish", flow_id)
    return record
