"""The audit trail in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from engine.ports.audit_trail import NOTHING_KEPT, AuditEvent, AuditQuery, Kept

_EQUAL = ("category", "actor", "resource", "execution", "outcome")


class MemoryAuditTrail:
    """An :class:`AuditTrail`. ``others`` gives events that are kept elsewhere."""

    def __init__(self, others: Callable[[], Iterable[AuditEvent]] = tuple) -> None:
        self.recorded: dict[str, AuditEvent] = {}
        self._others = others

    def record(self, events: Sequence[AuditEvent]) -> None:
        """Keep events."""
        for event in events:
            self.recorded.setdefault(event.id, event)

    def search(self, query: AuditQuery) -> Sequence[AuditEvent]:
        """A page, newest first."""
        found = [event for event in self._found(query) if query.before is None or _age(event) < query.before]
        return sorted(found, key=_age, reverse=True)[: query.limit]

    def count(self, query: AuditQuery) -> Mapping[tuple[str, str, str], int]:
        """How many of each kind."""
        return Counter((event.category, event.action, event.outcome) for event in self._found(query))

    def forget(self, subnet: str, before_us: int, limit: int = 10_000, kept: Kept = NOTHING_KEPT) -> int:
        """Delete the oldest."""
        own = [
            event for event in self.recorded.values() if event.subnet == subnet and not _is_kept(event, kept)
        ]
        old = sorted((event for event in own if event.at_us < before_us), key=_age)[:limit]
        for event in old:
            del self.recorded[event.id]
        return len(old)

    def _found(self, query: AuditQuery) -> list[AuditEvent]:
        return [event for event in [*self.recorded.values(), *self._others()] if _matches(event, query)]


def _is_kept(event: AuditEvent, kept: Kept) -> bool:
    return (
        event.execution in kept.executions
        or bool({event.actor, event.resource} & set(kept.actors))
        or any(since_us <= event.at_us < until_us for since_us, until_us in kept.times)
    )


def _age(event: AuditEvent) -> tuple[int, str]:
    return event.at_us, event.id


def _matches(event: AuditEvent, query: AuditQuery) -> bool:
    return (
        event.subnet == query.subnet
        and all(getattr(query, name) in (None, getattr(event, name)) for name in _EQUAL)
        and (query.action is None or fnmatchcase(event.action, query.action.replace("[", "[[]")))
        and (query.since_us is None or event.at_us >= query.since_us)
        and (query.until_us is None or event.at_us < query.until_us)
        and (query.text or "").lower() in f"{event.resource} {event.reason} {event.action}".lower()
    )
