"""The bell through a broker in another process, rung from a thread of its own."""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from celery import Celery

from engine.dispatch.celery_waker import RING

log = logging.getLogger("qflow.waker")

RINGS_MAX = 10_000
"""Rings that may wait to be sent; further ones are left to the sweep."""

SEND_TIMEOUT_S = 5
"""How long the broker may take for one ring before it counts as away."""

AWAY_S = 0.5
"""How long a broker that did not answer is left alone."""

FLUSH_S = 1.0
"""How long a process that ends waits for its last rings to be sent."""

_OPTIONS: dict[str, Any] = {
    "max_retries": 0,
    "read_timeout": SEND_TIMEOUT_S,
    "write_timeout": SEND_TIMEOUT_S,
    "socket_timeout": SEND_TIMEOUT_S,
    "socket_connect_timeout": SEND_TIMEOUT_S,
}


class BrokerWaker:
    """Rings through Celery without ever making whoever rings wait for the broker.

    Implements :class:`engine.ports.waker.Waker`. A broker that is away or does not answer is no error:
    ``otherwise`` is told of each execution whose ring could not be sent, and the sweep rings again.
    """

    def __init__(self, app: Celery, otherwise: Callable[[str], None] = lambda execution: None) -> None:
        self._app, self._otherwise = app, otherwise
        self._rings: deque[tuple[str, int]] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._sending = False
        self._producer: Any = None
        self._away_until = 0.0
        self._quiet = False

    def ring(self, execution: str, priority: int = 5) -> None:
        """Have the ring sent; priority 0 (first) to 9 (last)."""
        with self._changed:
            if len(self._rings) >= RINGS_MAX:
                return
            self._rings.append((execution, priority))
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="qflow-ring", daemon=True)
                self._thread.start()
                atexit.register(self.flush)
            self._changed.notify_all()

    def flush(self, within_s: float = FLUSH_S) -> bool:
        """Wait until all rings were sent or given up; False where that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not (self._rings or self._sending), within_s)

    # --- on the thread ----------------------------------------------------------------------------

    def _loop(self) -> None:
        while True:
            with self._changed:
                self._sending = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: bool(self._rings))
                execution, priority = self._rings.popleft()
                self._sending = True
            if not self._sent(execution, priority):
                self._tell(execution)

    def _sent(self, execution: str, priority: int) -> bool:
        """Send it; on a connection from before a second try is made on a new one."""
        if monotonic() < self._away_until:
            return False
        for is_new in (self._producer is None, True):
            try:
                self._send(execution, priority)
            except Exception as error:  # whatever a client library raises, this thread must go on
                self._disconnect()
                if is_new:
                    self._away(error)
                    return False
            else:
                self._quiet = False
                return True
        return False

    def _send(self, execution: str, priority: int) -> None:
        if self._producer is None:
            connection = self._app.connection_for_write(transport_options=_OPTIONS)
            self._producer = self._app.amqp.Producer(connection, auto_declare=False)
        self._app.send_task(
            RING,
            (execution,),
            priority=priority,
            ignore_result=True,
            retry=False,
            producer=self._producer,
        )

    def _disconnect(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):  # it is broken, that is why it goes
                producer.connection.release()

    def _away(self, error: Exception) -> None:
        self._away_until = monotonic() + AWAY_S
        if not self._quiet:
            log.warning("the broker is away, the sweep will ring: %s", error)
        self._quiet = True

    def _tell(self, execution: str) -> None:
        try:
            self._otherwise(execution)
        except Exception:
            log.exception("an execution is left to the sweep", extra={"execution": execution})
