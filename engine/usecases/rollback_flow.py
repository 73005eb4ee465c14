"""Go back to an older version of a flow."""

from __future__ import annotations

from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowRecord
from engine.usecases.get_flow import view
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.sign_flow import sign_flow
from engine.usecases.update_flow import check_revision, tell_saved
from engine.usecases.world import World


def rollback_flow(
    world: World, actor: Principal, flow_id: str, version: str, revision: str, message: str = ""
) -> FlowRecord:
    """Save an older version again, as the newest: nothing of the history is lost.

    Raises :class:`UnknownObject`, or :class:`StaleRevision` where ``revision`` is not the newest.
    The published version stays in force until the flow is published again.
    """
    require(world, actor, "flows:write", f"flows/{flow_id}")
    check_revision(revision)
    old = view(world, actor.subnet, flow_id, version)
    told = message or f"roll back to {version}"
    saved = world.flows.save(actor.subnet, old.flow, revision, actor.id, told, world.clock.now_us())
    remember_done(world, actor, "change", "flow.update", flow_id, details={"version": old.flow.version})
    sign_flow(world, actor, saved.revision)
    tell_saved(world, actor, saved)
    return saved
