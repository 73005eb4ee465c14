"""Start the flows whose schedules are due: once per schedule and tick, whoever else tries."""

from __future__ import annotations

import logging

from engine.base.errors import NodeFailure, QflowError
from engine.base.ids import derived
from engine.execution.crash import crash_point
from engine.execution.scope import iso
from engine.ports.flow_store import ActiveTrigger
from engine.ports.step_catalogue import TriggerType
from engine.usecases.relay_outbox import system
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.subnet_life import suspension
from engine.usecases.world import World

log = logging.getLogger("qflow.schedule")


def fire_schedules(world: World) -> int:
    """Start what is due; gives how many ticks were fired.

    The execution's id is a function of schedule and tick, so two schedulers start it once. It is
    started before the schedule moves on: a crash in between leads to a second try, not to a lost
    tick. Ticks missed while no node was up are fired once, as the first one missed. A schedule with
    which something is wrong does not keep the others from firing.
    """
    now, fired = world.clock.now_us(), 0
    for trigger in world.flows.schedules_due(now):
        if suspension(world, trigger.subnet) is not None:  # it stays due, and is fired once afterwards
            continue
        try:
            fired += _fire(world, trigger, now)
        except NodeFailure:
            raise
        except Exception:
            log.exception("schedule %s of %s", trigger.registration.step, trigger.flow)
    return fired


def _fire(world: World, trigger: ActiveTrigger, now_us: int) -> bool:
    """Start an execution for the tick and move on; True where it was started."""
    assert trigger.next_us is not None
    started = False
    try:
        crash_point("before-schedule-start")
        _start(world, trigger, trigger.next_us)
        crash_point("after-schedule-start")
        started = True
    except QflowError as error:
        log.error("schedule %s of %s: %s", trigger.registration.step, trigger.flow, error)
        if error.retryable:
            return False
    world.flows.advance_schedule(trigger, _next(world, trigger, max(now_us, trigger.next_us)))
    return started


def _start(world: World, trigger: ActiveTrigger, tick_us: int) -> None:
    step = trigger.registration.step
    request = StartRequest(
        trigger.flow,
        [{"json": {"timestamp": iso(tick_us, world.timezone), "tick": tick_us // 1000}}],
        trigger_type="schedule",
        step=step,
        version=trigger.version,
        id=derived("exe", trigger.subnet, trigger.flow, step, tick_us),
    )
    start_execution(world, system(trigger.subnet), request)


def _next(world: World, trigger: ActiveTrigger, after_us: int) -> int | None:
    plan = world.plans.get(trigger.subnet, trigger.version)
    kind = world.catalogue.get(plan.step(trigger.registration.step).type)
    assert isinstance(kind, TriggerType)
    return kind.next_tick_us(trigger.registration.spec, after_us)
