"""The gate before every attempt of a step: the whole pipeline, or its answer of before where nothing changed.

An answer is kept by flow version, step and actor, together with the very book of permissions and the very
list of quarantined things it was given on. While those are the same objects nothing changed, and the
answer holds until the permission ends by itself. Denials are never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from engine.base.limits import STEPS_CLEARED_MAX
from engine.validation.book import Book
from engine.validation.containment import Containment, Stays
from engine.validation.operation import Finding, Operation
from engine.validation.pipeline import Pipeline
from engine.validation.revised import Revised
from engine.validation.trail import Trail


class StepKey(NamedTuple):
    """What the answer for a step depends on, beside grants and quarantine."""

    subnet: str
    actor: str
    flow: str
    version: str
    step: str
    data_subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    book: Book
    stays: Stays
    until_us: int | None


class StepGate:
    """Answers for steps; safe for threads."""

    def __init__(
        self,
        pipeline: Pipeline,
        books: Revised[Book],
        containment: Containment,
        trail: Trail,
        now_us: Callable[[], int],
        monotonic_us: Callable[[], int],
    ) -> None:
        self._pipeline, self._books, self._containment = pipeline, books, containment
        self._trail, self._now_us, self._monotonic_us = trail, now_us, monotonic_us
        self._kept: dict[StepKey, _Kept] = {}
        self.hits = self.misses = 0

    def enter(
        self, key: StepKey, execution: str, operation: Callable[[], Operation], *, acts: bool
    ) -> Finding | None:
        """None where the step may run; raises what the stores raise. With ``acts`` nothing is believed
        without asking the stores whether it still stands."""
        moment_us = self._monotonic_us()
        book = self._books.at(moment_us, key.subnet, fresh=acts)
        stays = self._containment.seen.at(moment_us, key.subnet, fresh=acts)
        kept = self._kept.get(key)
        same = kept is not None and kept.book is book and kept.stays is stays
        if same and kept is not None and (kept.until_us is None or self._now_us() < kept.until_us):
            self.hits += 1
            self._trail.passed(key.subnet, key.actor, f"flows/{key.flow}", execution)
            return None
        self.misses += 1
        return self._validated(key, operation(), book, stays)

    def cleared(self, subnet: str, keys: Iterable[StepKey]) -> int:
        """How many of a subnet's steps, from the first, may run by an answer of before that still stands.
        Nothing is noted of it."""
        book, stays = self._books.get(subnet), self._containment.seen.get(subnet)
        now_us = self._now_us()
        count = 0
        for key in keys:
            kept = self._kept.get(key)
            if kept is None or kept.book is not book or kept.stays is not stays:
                break
            if kept.until_us is not None and now_us >= kept.until_us:
                break
            count += 1
        return count

    def _validated(self, key: StepKey, operation: Operation, book: Book, stays: Stays) -> Finding | None:
        outcome = self._pipeline.judge(operation)
        if not outcome.valid and not operation.acts:  # nothing is denied from memory
            outcome = self._pipeline.judge(replace(operation, acts=True))
        self._pipeline.told(outcome)
        if outcome.cleared is None:
            self._kept.pop(key, None)
            return outcome.finding
        if len(self._kept) >= STEPS_CLEARED_MAX:
            self._kept.clear()
        self._kept[key] = _Kept(book, stays, outcome.cleared.permitted.until_us)
        return None
