"""Start an execution of a flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from engine.base.errors import InvalidInput, JournalConflict
from engine.execution.session import Outcome
from engine.execution.watches import Until
from engine.flow.plan import Plan
from engine.journal import facts as f
from engine.journal.state import Status
from engine.ports.access_store import Principal
from engine.ports.journal_store import Commit, Header
from engine.ports.step_catalogue import Item
from engine.usecases.admission import admit_start
from engine.usecases.manage_variables import starting_variables
from engine.usecases.quotas import exceeded
from engine.usecases.world import World
from engine.validation.risk import Circumstances

TRIGGER_TYPES = ("manual", "webhook", "event", "schedule", "sub-flow", "error")


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What to start. Without ``version`` the published one, or the newest draft where ``mode`` is
    not production. ``id`` makes the start idempotent: a second one with it changes nothing.
    ``wait``: give a future for the outcome; ``durable``: the start must be stored before it is
    accepted (else it is stored with the first commit, for callers that wait for the outcome).
    ``pins``: items given instead of running a step; None: those of the flow, unless in production.
    ``case``: the test of the version that it runs; it waits for no other execution of its flow.
    """

    flow_id: str
    items: Sequence[Item] = ()
    trigger_type: str = "manual"
    step: str | None = None
    version: str | None = None
    mode: str = "production"
    variables: Mapping[str, Any] = field(default_factory=dict)
    wait: Until | None = None
    durable: bool = True
    id: str | None = None
    parent: Mapping[str, Any] | None = None
    depth: int = 0
    replay_of: str | None = None
    pins: Mapping[str, Any] | None = None
    priority: int | None = None
    circumstances: Circumstances | None = None  # of a call from outside, for its risk
    case: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """An accepted start. ``existing``: it had been started before, under the same id."""

    execution: str
    existing: bool = False
    pending: bool = False  # it waits in its lane
    future: Future[Outcome] | None = None


def start_execution(world: World, actor: Principal, request: StartRequest) -> Started:
    """Accept an execution: pin the version, choose its lane, store and drive it.

    Raises :class:`UnknownObject` for an unknown flow, :class:`WrongState` for one that is not
    published or is archived, :class:`QuotaExceeded` where too many are pending.
    """
    plan = admit_start(
        world,
        actor,
        request.flow_id,
        version=request.version,
        mode=request.mode,
        items=request.items or [{"json": {}}],
        outside=request.trigger_type == "webhook",
        circumstances=request.circumstances,
    )
    world.quotas.start(actor.subnet)
    now = world.clock.now_us()
    header = _header(world, actor, request, plan, now)
    started = _started_fact(world, actor, request, plan, now)
    future = world.worker.watches.add(header.id, request.wait) if request.wait else None
    try:
        pending = _store(world, header, plan, started, request)
    except JournalConflict:
        _unwatch(world, header.id, future)
        return Started(header.id, existing=True)
    except BaseException:
        _unwatch(world, header.id, future)
        raise
    return Started(header.id, pending=pending, future=future)


def _unwatch(world: World, execution: str, future: Future[Outcome] | None) -> None:
    if future is not None:
        world.worker.watches.discard(execution, future)


def _header(world: World, actor: Principal, request: StartRequest, plan: Plan, now_us: int) -> Header:
    settings = plan.flow.settings
    return Header(
        id=request.id or world.new_id("exe"),
        subnet=actor.subnet,
        flow=request.flow_id,
        version=plan.version,
        status=Status.RUNNING,
        trigger_type=request.trigger_type,
        mode=request.mode,
        priority=settings.priority if request.priority is None else request.priority,
        actor=actor.id,
        created_us=now_us,
        updated_us=now_us,
        parent=str((request.parent or {}).get("execution", "")),
        concurrency_max=None if request.case else settings.concurrency_max,
    )


def _started_fact(
    world: World, actor: Principal, request: StartRequest, plan: Plan, now_us: int
) -> f.ExecutionStarted:
    items = list(request.items) or [{"json": {}}]
    timeout = plan.flow.settings.timeout_ms
    return f.ExecutionStarted(
        at_us=now_us,
        flow=request.flow_id,
        version=plan.version,
        subnet=actor.subnet,
        trigger_type=request.trigger_type,
        trigger_step=_trigger_step(plan, request, world),
        items=world.worker.items.store(actor.subnet, items),
        actor=actor.id,
        mode=request.mode,
        variables=starting_variables(world, actor.subnet, plan, request.variables),
        parent=request.parent,
        depth=request.depth,
        replay_of=request.replay_of,
        pins=_pins(request, plan),
        deadline_us=None if timeout is None else now_us + timeout * 1000,
        node=world.node,
        case=request.case,
    )


def _pins(request: StartRequest, plan: Plan) -> Mapping[str, Any]:
    if request.pins is not None:
        return request.pins
    pins = {} if request.mode == "production" else plan.flow.extra.get("pins")
    return pins if isinstance(pins, Mapping) else {}


def _trigger_step(plan: Plan, request: StartRequest, world: World) -> str:
    """Where it begins: the named step, the one trigger of the wanted kind, or all roots."""
    if request.step is not None:
        if request.step not in plan.flow.by_id:
            raise InvalidInput(f"flow {request.flow_id!r} has no step {request.step!r}")
        return request.step
    wanted = f"trigger.{request.trigger_type.replace('-', '')}"
    enabled = [step for step in plan.triggers if not plan.step(step).disabled]
    matching = [step for step in enabled if plan.step(step).type == wanted]
    if matching:
        return matching[0]
    return enabled[0] if enabled else ""


def _store(
    world: World, header: Header, plan: Plan, started: f.ExecutionStarted, request: StartRequest
) -> bool:
    """Store and drive it, or store it in its lane; True if it must wait there."""
    limits = world.policy.of(header.subnet).limits
    if not _has_room(world, header, limits.executions_running_max):
        _into_lane(world, header, plan, started, limits.executions_pending_max)
        return True
    facts = (started, f.ExecutionAdmitted(at_us=started.at_us))
    if world.drive_here:
        here = request.wait is not None
        durable = request.durable or request.id is not None
        if request.wait and not durable and world.crew.drive(header, facts, request.wait):
            return False
        world.worker.start(header, plan, facts, durable=durable, here=here)
        return False
    stored = replace(header, sequence=len(facts), started_us=started.at_us)
    world.journal.create(Commit(stored, 0, facts))
    world.notifier.committed(stored, 1, facts)
    world.waker.ring(header.id, header.priority)
    return False


def _has_room(world: World, header: Header, running_max: int) -> bool:
    if header.parent:  # a sub-flow takes its parent's place, or both would wait for ever
        return True
    if not world.places.take(header.subnet, running_max):
        return False
    wanted = header.concurrency_max
    return wanted is None or world.journal.running(header.subnet, header.flow) < wanted


def _into_lane(
    world: World, header: Header, plan: Plan, started: f.ExecutionStarted, pending_max: int
) -> None:
    if world.journal.pending(header.subnet) >= pending_max:
        raise exceeded("executions_pending_max", pending_max, "executions waiting for others to end")
    stored = replace(header, status=Status.PENDING, sequence=1)
    world.journal.create(Commit(stored, 0, (started,)))
    world.notifier.committed(stored, 1, (started,))
    world.worker.poke(header.id, None)
