"""Store a new flow."""

from __future__ import annotations

from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowRecord
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.sign_flow import sign_flow
from engine.usecases.validate_flow import Definition, valid_flow
from engine.usecases.world import World


def create_flow(
    world: World,
    actor: Principal,
    definition: Definition,
    message: str = "",
    *,
    name: str = "",
    draft: bool = False,
) -> FlowRecord:
    """Store a definition as a new flow. ``name`` is the file's name: the flow's id where the
    definition gives none. A ``draft`` may be incomplete: publishing then says what it lacks.

    Raises :class:`InvalidInput` with all problems, :class:`WrongState` where the id is taken.
    """
    require(world, actor, "flows:write")
    world.quotas.flow(actor.subnet)
    flow = valid_flow(world, actor, definition, name, draft=draft)
    record = world.flows.create(actor.subnet, flow, actor.id, message, world.clock.now_us())
    remember_done(world, actor, "change", "flow.create", flow.id, details={"version": flow.version})
    sign_flow(world, actor, record.revision)
    return record
