"""The bell: a Celery message that says "look at this execution"."""

from __future__ import annotations

import logging

from celery import Celery
from kombu.exceptions import OperationalError

log = logging.getLogger("qflow.waker")

RING = "engine.ring"
"""Name of the task; its only argument is the execution's id."""


class CeleryWaker:
    """Rings through the node's Celery application. A broker that is away is no error: the sweep
    rings again."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._quiet = False

    def ring(self, execution: str, priority: int = 5) -> None:
        """Send the ring; priority 0 (first) to 9 (last)."""
        try:
            self._app.send_task(
                RING,
                (execution,),
                priority=priority,
                ignore_result=True,
                retry=False,
            )
            self._quiet = False
        except (OperationalError, OSError) as error:
            if not self._quiet:
                log.warning("the broker is away, the sweep will ring: %s", error)
            self._quiet = True
