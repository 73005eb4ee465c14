"""Named points at which a test can kill the process, to prove that nothing is lost there.

``QFLOW_CRASH_AT=name`` or ``name:n`` kills the process with SIGKILL the first or n-th time it
passes the point. Without the variable a point costs one comparison.
"""

from __future__ import annotations

import os
import signal

CRASH_POINTS = (
    "before-commit",
    "after-commit",
    "before-started-commit",
    "after-started-commit",
    "before-step-acts",
    "after-step-acted",
    "before-relay",
    "after-relay",
    "before-schedule-start",
    "after-schedule-start",
)

_name, _, _count = os.environ.get("QFLOW_CRASH_AT", "").partition(":")
_left = int(_count or 1)

if _name and _name not in CRASH_POINTS:
    raise ValueError(f"QFLOW_CRASH_AT names no crash point: {_name!r}; known: {', '.join(CRASH_POINTS)}")


def crash_point(name: str) -> None:
    """Die here if asked to."""
    global _left
    if _name == name:
        _left -= 1
        if _left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
