"""The socket for the bell: asks some worker to look at an execution."""

from __future__ import annotations

from typing import Protocol


class Waker(Protocol):
    """A ring may be lost or doubled; the sweep finds what a lost one leaves behind."""

    def ring(self, execution: str, priority: int = 5) -> None:
        """Say "look at this execution"; must not raise when the broker is away."""
