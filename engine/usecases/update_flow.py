"""Save a new version of a flow."""

from __future__ import annotations

from dataclasses import replace

from engine.base.errors import InvalidInput, Problem, WrongState
from engine.flow.model import Flow
from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowRecord
from engine.usecases.import_flows import N8N
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.sign_flow import sign_flow
from engine.usecases.validate_flow import Definition, valid_flow
from engine.usecases.world import World

SAVED_EVENT = "q.qflow.flow.saved.v1"


def update_flow(
    world: World,
    actor: Principal,
    flow_id: str,
    definition: Definition,
    revision: str,
    message: str = "",
    *,
    draft: bool = False,
) -> FlowRecord:
    """Save a definition on top of ``revision``, the version it was made from.

    Raises :class:`StaleRevision` where someone saved another one since, :class:`InvalidInput` with
    all problems, :class:`WrongState` for an archived flow. The published version stays in force.
    A ``draft`` may be incomplete: publishing then says what it lacks.
    """
    require(world, actor, "flows:write", f"flows/{flow_id}")
    record = world.flows.record(actor.subnet, flow_id)
    if record.archived:
        raise WrongState(f"flow {flow_id!r} is archived; take it out of the archive first")
    check_revision(revision)
    flow = valid_flow(world, actor, definition, flow_id, draft=draft)
    if flow.id != flow_id:
        problem = Problem("id", f"must stay {flow_id!r}", "id_changed", hint="create a new flow")
        raise InvalidInput("the id of a flow cannot change", [problem])
    flow = _with_origin(flow, world.flows.version(actor.subnet, record.revision))
    saved = world.flows.save(actor.subnet, flow, revision, actor.id, message, world.clock.now_us())
    remember_done(world, actor, "change", "flow.update", flow_id, details={"version": flow.version})
    sign_flow(world, actor, saved.revision)
    tell_saved(world, actor, saved)
    return saved


def tell_saved(world: World, actor: Principal, saved: FlowRecord) -> None:
    """Tell those who have the flow open that there is a newer version, and whose."""
    data = {"flowId": saved.id, "revision": saved.revision, "by": actor.id, "name": actor.name}
    world.notifier.event(saved.subnet, SAVED_EVENT, data)


def _with_origin(flow: Flow, before: Flow) -> Flow:
    """The flow with what no definition says of one that was imported: its original and its notes, and
    the parameters as they were there of the steps that nobody changed."""
    if before.format != N8N or flow.format != "qflow":
        return flow
    extra = {key: value for key, value in before.extra.items() if key != "pins"}
    extra |= flow.extra
    if "parameters" in extra:
        extra["parameters"] = {
            step: given for step, given in extra["parameters"].items() if _is_as_before(step, flow, before)
        }
    return replace(flow, format=before.format, extra=extra)


def _is_as_before(step: str, flow: Flow, before: Flow) -> bool:
    if step not in flow.by_id or step not in before.by_id:
        return False
    return flow.by_id[step].parameters == before.by_id[step].parameters


def check_revision(revision: str) -> None:
    """Raise :class:`InvalidInput` where a save does not say what it is based on."""
    if not revision:
        problem = Problem("revision", "is required", "missing", hint="the revision you loaded")
        raise InvalidInput("a save must carry the revision it is based on", [problem])
