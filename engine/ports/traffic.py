"""How much a thread has sent and received over the network, for the records of what a step used.

Whoever holds a socket counts; the runner of a step, on the same thread, looks before and after.
"""

from __future__ import annotations

import threading
from typing import TypeVar

Bytes = TypeVar("Bytes", bytes, memoryview)


class _Counted(threading.local):
    total = 0


_counted = _Counted()


def counted(data: Bytes) -> Bytes:
    """The bytes, which are on the wire now."""
    _counted.total += len(data)
    return data


def total() -> int:
    """Bytes of this thread so far."""
    return _counted.total
