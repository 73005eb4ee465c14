"""Violations in memory."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.limits import VIOLATIONS_KEPT_MAX
from engine.ports.violations import Counted, Violation, ViolationQuery


class MemoryViolations:
    """A :class:`ViolationStore`."""

    def __init__(self, kept_max: int = VIOLATIONS_KEPT_MAX) -> None:
        self.recorded: list[Violation] = []
        self._kept_max = kept_max

    def record(self, violation: Violation) -> None:
        """Keep a violation."""
        self.recorded.append(violation)
        of_subnet = sorted((one.id for one in self.recorded if one.subnet == violation.subnet), reverse=True)
        dropped = set(of_subnet[self._kept_max :])
        self.recorded = [one for one in self.recorded if one.id not in dropped]

    def violations(self, query: ViolationQuery) -> Sequence[Violation]:
        """Newest first."""
        found = [
            one
            for one in self.recorded
            if one.subnet == query.subnet
            and query.flow in (None, one.flow)
            and query.code in (None, one.code)
            and query.actor in (None, one.actor)
            and (query.before is None or one.id < query.before)
        ]
        return sorted(found, key=lambda one: one.id, reverse=True)[: query.limit]

    def count(self, subnet: str, by: Counted, subject: str, since_us: int) -> int:
        """How many there are after a time."""
        return sum(
            one.subnet == subnet and getattr(one, by) == subject and one.at_us > since_us
            for one in self.recorded
        )
