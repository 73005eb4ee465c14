"""Waiting for executions that another process drives: looks at the journal until it tells."""

from __future__ import annotations

import logging
import threading

from engine.base.errors import NodeFailure, UnknownObject
from engine.execution.watches import outcome_of
from engine.usecases.inspect_execution import state_of
from engine.usecases.world import World

log = logging.getLogger("qflow.watch")

LOOK_EVERY_S = 0.02


class RemoteWatch:
    """One thread that follows whatever this process waits for but does not drive itself."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen: dict[str, int] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="qflow-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def _loop(self) -> None:
        while not self._stopped.wait(LOOK_EVERY_S):
            watched = self._world.worker.watches.watched()
            live = set(self._world.worker.live())
            for execution in watched:
                if execution not in live:
                    self._look_safely(execution)
            self._seen = {execution: n for execution, n in self._seen.items() if execution in watched}

    def _look_safely(self, execution: str) -> None:
        try:
            self._look(execution)
        except NodeFailure:
            return  # the database is away; the next look may tell
        except Exception:
            log.exception("could not look", extra={"execution": execution})

    def _look(self, execution: str) -> None:
        world = self._world
        try:
            header = world.journal.header(execution)
            if self._seen.get(execution) == header.sequence:
                return
            state = state_of(world, header)
        except UnknownObject:
            return  # its first commit is still to come
        self._seen[execution] = header.sequence
        items = world.worker.items
        outcome = outcome_of(state, items)
        if outcome is not None:
            world.worker.watches.resolve(execution, outcome)
