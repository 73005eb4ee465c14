"""Waiting in a command until an execution rests: it has ended, or waits for what will not come in time."""

from __future__ import annotations

import time
from concurrent.futures import Future, wait
from typing import Any

from engine.journal.state import Status
from engine.ports.journal_store import ExecutionQuery, Header
from engine.usecases.inspect_execution import state_of
from engine.usecases.world import World

LOOK_EVERY_S = 0.02


def rest_of(world: World, execution: str, timeout_s: float, told: Future[Any] | None = None) -> Header:
    """The header once it rests, or as it is when the time is over. ``told`` is done when it ends, if it
    is driven here: then nobody has to look again and again."""
    until = time.monotonic() + timeout_s
    told = told or Future()
    wait([told], min(timeout_s, LOOK_EVERY_S))
    while True:
        header = world.journal.header(execution)
        left_s = until - time.monotonic()
        if left_s <= 0 or not goes_on(world, header, left_s):
            return header
        if told.done():
            time.sleep(LOOK_EVERY_S)
        wait([told], LOOK_EVERY_S)


def goes_on(world: World, header: Header, left_s: float) -> bool:
    """Whether it runs, or will by itself: by a timer that is due in time, or by a sub-flow."""
    if header.status in (Status.PENDING, Status.RUNNING):
        return True
    if header.status is not Status.WAITING:
        return False
    if header.wake_us is not None and header.wake_us <= world.clock.now_us() + left_s * 1e6:
        return True
    state = state_of(world, header)
    if not any(parked.wait["kind"] == "child" for parked in state.parked.values()):
        return False
    children = world.journal.list(ExecutionQuery(header.subnet, parent=header.id))
    return not children or any(child.status.ended or goes_on(world, child, left_s) for child in children)
