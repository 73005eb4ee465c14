"""A Celery transport within one process that wakes its consumer at once.

Kombu's own in-memory transport polls; here a put notifies whoever waits. It carries rings only,
and rings may be lost with the process: the journal is the truth and the sweep finds the rest.
"""

from __future__ import annotations

import threading
from queue import Empty
from typing import Any

from kombu.transport import memory, virtual


class _Bell:
    """Counts puts, so that a put between two looks is not missed."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.count = 0

    def ring(self) -> None:
        with self.changed:
            self.count += 1
            self.changed.notify_all()

    def wait_beyond(self, heard: int, timeout_s: float | None) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.count != heard, timeout_s)


_BELL = _Bell()


def wake() -> None:
    """Wake whoever waits for a message, to see that it should stop."""
    _BELL.ring()


class Channel(memory.Channel):
    """Queues shared by all connections of the process."""

    queues: dict[str, Any] = {}

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)
        _BELL.ring()

    def close(self) -> None:
        """Close this channel only; the queues outlive it."""
        virtual.Channel.close(self)


class Transport(memory.Transport):
    """Delivers as soon as there is a message."""

    Channel = Channel
    global_state = virtual.BrokerState()
    driver_type = "embedded"
    driver_name = "embedded"

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:
        """Deliver one message; raises TimeoutError where none came in time."""
        heard = _BELL.count
        if self._deliver_one():
            return
        if not _BELL.wait_beyond(heard, timeout) or not self._deliver_one():
            raise TimeoutError

    def _deliver_one(self) -> bool:
        try:
            self.cycle.get(self._deliver)
        except Empty:
            return False
        return True
