"""The bell within one worker: from its parent to its forked children, without a broker.

A pipe that all children read. Every ring is one record of a fixed size, so that whichever child
reads first gets a whole one. The end of the pipe tells the children that the worker is stopping.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

RECORD_BYTES = 128
"""One execution's id, filled up with spaces; a write of this size is never split."""


class HouseBell:
    """Made before the fork. The parent rings and closes, children listen."""

    def __init__(self) -> None:
        self._listening, self._ringing = os.pipe()
        os.set_blocking(self._ringing, False)
        self._closed = False

    def ring(self, execution: str) -> None:
        """Have some child look; lost where they are all too busy to listen, or gone."""
        record = execution.encode().ljust(RECORD_BYTES)
        if self._closed or len(record) != RECORD_BYTES:
            return
        try:
            os.write(self._ringing, record)
        except (BlockingIOError, BrokenPipeError):
            return

    def close(self) -> None:
        """Tell the children that no ring will come any more."""
        if not self._closed:
            self._closed = True
            os.close(self._ringing)

    def listen(self, heard: Callable[[str], None], over: Callable[[], None]) -> None:
        """In a child: hear rings from now on, on a thread, and that the worker is stopping."""
        self.close()  # the child's copy of the parent's end

        def loop() -> None:
            while record := os.read(self._listening, RECORD_BYTES):
                heard(record.decode().rstrip())
            over()

        threading.Thread(target=loop, name="qflow-house-bell", daemon=True).start()
