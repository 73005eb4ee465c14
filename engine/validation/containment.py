"""Containment: what is quarantined, as one process sees it, cheap enough to ask before every step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.base.errors import Quarantined
from engine.base.limits import TRUST_RECHECK_US
from engine.ports.quarantine import Contained, Quarantine, QuarantineStore

Subject = tuple[Contained, str]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the store held at a revision, and until when (monotonic) that is believed."""

    revision: int
    until_us: int
    stays: Mapping[Subject, Quarantine]


class Containment:
    """Answers from memory while the subnet's revision stands.

    The revision is looked up again after :data:`TRUST_RECHECK_US`, or at once where ``fresh`` is asked
    for: before anything that acts on the outside. What this process changes it sees at once.
    """

    def __init__(
        self, store: QuarantineStore, now_us: Callable[[], int], monotonic_us: Callable[[], int]
    ) -> None:
        self._store, self._now_us, self._monotonic_us = store, now_us, monotonic_us
        self._seen: dict[str, _Seen] = {}
        self._lock = threading.Lock()

    def find(self, subnet: str, subjects: Iterable[Subject], *, fresh: bool = False) -> Quarantine | None:
        """The first stay in force among the subjects."""
        stays = self._stays(subnet, fresh)
        if not stays:
            return None
        now_us = self._now_us()
        found = (stays.get(subject) for subject in subjects)
        return next((stay for stay in found if stay is not None and stay.in_force(now_us)), None)

    def check(self, subnet: str, kind: Contained, subject: str, *, fresh: bool = False) -> None:
        """Raise :class:`Quarantined` where the subject is."""
        stay = self.find(subnet, ((kind, subject),), fresh=fresh)
        if stay is not None:
            raise refusal(stay)

    def held(self, subnet: str, kind: Contained) -> frozenset[str]:
        """All subjects of a kind that are in quarantine."""
        stays = self._stays(subnet, fresh=False)
        if not stays:
            return frozenset()
        now_us = self._now_us()
        return frozenset(name for (of, name), stay in stays.items() if of is kind and stay.in_force(now_us))

    def place(self, quarantine: Quarantine) -> bool:
        """Begin a stay; False where one is in force already."""
        placed = self._store.place(quarantine)
        self.forget()
        return placed

    def lift(self, subnet: str, kind: Contained, subject: str, by: str) -> bool:
        """End the stay in force; False where there is none."""
        lifted = self._store.lift(subnet, kind, subject, by, self._now_us())
        self.forget()
        return lifted

    def history(self, subnet: str, limit: int, before: str | None = None) -> Sequence[Quarantine]:
        """Stays of a subnet, newest first; ``before`` is the id of one."""
        return self._store.history(subnet, limit, before)

    def forget(self) -> None:
        """Look again at the next question."""
        with self._lock:
            self._seen = {}

    def _stays(self, subnet: str, fresh: bool) -> Mapping[Subject, Quarantine]:
        seen, monotonic_us = self._seen.get(subnet), self._monotonic_us()
        if seen is not None and not fresh and monotonic_us < seen.until_us:
            return seen.stays
        with self._lock:
            generation = self._seen
        revision = self._store.revision(subnet)
        if seen is not None and seen.revision == revision:
            stays = seen.stays
        else:
            held = self._store.in_force(subnet, self._now_us())
            stays = {(stay.kind, stay.subject): stay for stay in held}
        # a change made meanwhile began a new generation, and this answer is not kept
        generation[subnet] = _Seen(revision, monotonic_us + TRUST_RECHECK_US, stays)
        return stays


def refusal(stay: Quarantine) -> Quarantined:
    """The error that tells of a stay."""
    message = f"{stay.kind} {stay.subject!r} is in quarantine: {stay.reason}; an administrator can lift it"
    return Quarantined(message, kind=str(stay.kind), subject=stay.subject, quarantine=stay.id)
