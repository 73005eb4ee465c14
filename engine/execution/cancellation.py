"""Telling a running step that its execution no longer wants it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from engine.base.errors import StepCancelled


class CancelToken:
    """Implements :class:`engine.ports.step_catalogue.Cancellation`; safe for threads."""

    __slots__ = ("_callbacks", "_cancelled", "_lock")

    def __init__(self) -> None:
        self._cancelled = False
        self._callbacks: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @property
    def cancelled(self) -> bool:
        """Whether the step should stop."""
        return self._cancelled

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call back on cancellation, from another thread; at once where it came already."""
        with self._lock:
            if not self._cancelled:
                self._callbacks.append(callback)
                return
        callback()

    def check(self) -> None:
        """Raise :class:`StepCancelled` if the step should stop."""
        if self._cancelled:
            raise StepCancelled

    def cancel(self) -> None:
        """Stop the step. A callback that raises does not keep the others from running."""
        with self._lock:
            self._cancelled = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            with contextlib.suppress(OSError, RuntimeError):
                callback()
