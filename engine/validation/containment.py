"""Containment: what is quarantined, as one process sees it, cheap enough to ask before every step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from engine.base.errors import Quarantined
from engine.ports.quarantine import Contained, Quarantine, QuarantineStore
from engine.validation.revised import Revised

Subject = tuple[Contained, str]


Stays = Mapping[Subject, Quarantine]
"""Stays in force, by what they contain."""


class Containment:
    """Answers from memory while the subnet's revision stands (:class:`Revised`).

    ``fresh`` asks for the revision first: before anything that acts on the outside. What this process
    changes it sees at once.
    """

    def __init__(
        self, store: QuarantineStore, now_us: Callable[[], int], monotonic_us: Callable[[], int]
    ) -> None:
        self._store, self._now_us = store, now_us
        self.seen: Revised[Stays] = Revised(store.revision, self._load, monotonic_us)

    def _load(self, subnet: str) -> Stays:
        return {(stay.kind, stay.subject): stay for stay in self._store.in_force(subnet, self._now_us())}

    def find(self, subnet: str, subjects: Iterable[Subject], *, fresh: bool = False) -> Quarantine | None:
        """The first stay in force among the subjects. Nobody is refused for what was lifted elsewhere: a stay
        that is remembered is looked up again."""
        stays = self.seen.get(subnet, fresh=fresh)
        if not stays:
            return None
        wanted = tuple(subjects)
        found = self._first(stays, wanted)
        return found if found is None or fresh else self._first(self.seen.get(subnet, fresh=True), wanted)

    def _first(self, stays: Stays, subjects: Sequence[Subject]) -> Quarantine | None:
        now_us = self._now_us()
        found = (stays.get(subject) for subject in subjects)
        return next((stay for stay in found if stay is not None and stay.in_force(now_us)), None)

    def any(self, subnet: str) -> bool:
        """Whether the subnet has stays at all, though all of them may be over."""
        return bool(self.seen.get(subnet))

    def check(self, subnet: str, kind: Contained, subject: str, *, fresh: bool = False) -> None:
        """Raise :class:`Quarantined` where the subject is."""
        stay = self.find(subnet, ((kind, subject),), fresh=fresh)
        if stay is not None:
            raise refusal(stay)

    def held(self, subnet: str, kind: Contained) -> frozenset[str]:
        """All subjects of a kind that are in quarantine."""
        stays = self.seen.get(subnet)
        if not stays:
            return frozenset()
        now_us = self._now_us()
        return frozenset(name for (of, name), stay in stays.items() if of is kind and stay.in_force(now_us))

    def revision(self, subnet: str) -> int:
        """Grows with every change that concerns the subnet."""
        return self._store.revision(subnet)

    def place(self, quarantine: Quarantine) -> bool:
        """Begin a stay; False where one is in force already."""
        placed = self._store.place(quarantine)
        self.seen.forget()
        return placed

    def lift(self, subnet: str, kind: Contained, subject: str, by: str) -> bool:
        """End the stay in force; False where there is none."""
        lifted = self._store.lift(subnet, kind, subject, by, self._now_us())
        self.seen.forget()
        return lifted

    def history(self, subnet: str, limit: int, before: str | None = None) -> Sequence[Quarantine]:
        """Stays of a subnet, newest first; ``before`` is the id of one."""
        return self._store.history(subnet, limit, before)


def refusal(stay: Quarantine) -> Quarantined:
    """The error that tells of a stay."""
    message = f"{stay.kind} {stay.subject!r} is in quarantine: {stay.reason}; an administrator can lift it"
    return Quarantined(message, kind=str(stay.kind), subject=stay.subject, quarantine=stay.id)
