"""Put a flow away, or take it back out."""

from __future__ import annotations

from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowRecord
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.world import World


def archive_flow(world: World, actor: Principal, flow_id: str, archived: bool = True) -> FlowRecord:
    """Archiving takes the flow's triggers out of force; nothing is lost. Taking it back out does not
    publish it again. Raises :class:`UnknownObject`."""
    require(world, actor, "flows:write", f"flows/{flow_id}")
    record = world.flows.archive(actor.subnet, flow_id, archived, world.clock.now_us())
    remember_done(world, actor, "change", "flow.archive" if archived else "flow.unarchive", flow_id)
    return record
