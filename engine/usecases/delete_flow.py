"""Delete a flow."""

from __future__ import annotations

from engine.ports.access_store import Principal
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.share_flow import end_shares
from engine.usecases.world import World


def delete_flow(world: World, actor: Principal, flow_id: str) -> None:
    """Delete a flow and take its triggers out of force. Executions, and the versions they pin,
    outlive it; rights that came by links end. Raises :class:`UnknownObject`."""
    require(world, actor, "flows:write", f"flows/{flow_id}")
    world.flows.delete(actor.subnet, flow_id)
    world.case_runs.forget(actor.subnet, flow_id)
    world.index.remove_flow(actor.subnet, flow_id)
    end_shares(world, actor, flow_id)
    remember_done(world, actor, "change", "flow.delete", flow_id)
