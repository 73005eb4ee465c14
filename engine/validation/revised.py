"""What a store holds for a subnet, kept in memory for as long as its revision stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.base.limits import TRUST_RECHECK_US

T = TypeVar("T")


@dataclass(slots=True)
class _Seen(Generic[T]):
    revision: int
    until_us: int  # monotonic: until then nobody looks again
    value: T


class Revised(Generic[T]):
    """A cache whose answer is the same object until something changed.

    The revision is looked up again after :data:`TRUST_RECHECK_US`, or at once for a ``fresh`` answer.
    Who changes the store in this process calls :meth:`forget`, and sees the change at once.
    """

    def __init__(
        self,
        revision: Callable[[str], int],
        load: Callable[[str], T],
        monotonic_us: Callable[[], int],
    ) -> None:
        self._revision, self._load, self._monotonic_us = revision, load, monotonic_us
        self._seen: dict[str, _Seen[T]] = {}
        self._lock = threading.Lock()
        self.hits = self.misses = 0  # statistics, exact enough without a lock

    def get(self, subnet: str, *, fresh: bool = False) -> T:
        """What the store holds for a subnet; raises what the store raises."""
        return self.at(self._monotonic_us(), subnet, fresh=fresh)

    def at(self, now_us: int, subnet: str, *, fresh: bool = False) -> T:
        """The same, where what the monotonic clock says is known."""
        seen = self._seen.get(subnet)
        if seen is not None and not fresh and now_us < seen.until_us:
            self.hits += 1
            return seen.value
        return self._looked_up(subnet, seen, now_us)

    def _looked_up(self, subnet: str, seen: _Seen[T] | None, now_us: int) -> T:
        with self._lock:
            generation = self._seen
        revision = self._revision(subnet)
        if seen is not None and seen.revision == revision:
            self.hits += 1
            seen.until_us = now_us + TRUST_RECHECK_US
            return seen.value
        self.misses += 1
        value = self._load(subnet)
        # a change made meanwhile began a new generation, and this answer is not kept
        generation[subnet] = _Seen(revision, now_us + TRUST_RECHECK_US, value)
        return value

    def forget(self) -> None:
        """Look again at the next question."""
        with self._lock:
            self._seen = {}
