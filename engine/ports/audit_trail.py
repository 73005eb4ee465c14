"""The socket for the audit trail: who did what to which thing, when, and whether it was allowed.

Executions and the uses of capability tokens are kept where they belong and found here too; everything else
worth remembering is recorded: permission checks, key events, changes, exports, erasures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

CATEGORIES = ("execution", "capability", "permission", "key", "change", "data")
"""``change``: of flows, policies, tokens, grants. ``data``: exported, shared, erased."""

OUTCOMES = ("allowed", "denied", "done", "failed")


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something worth remembering; never holds a secret or an item. ``id`` sorts by time (a ULID)."""

    id: str
    subnet: str
    at_us: int
    category: str
    action: str
    actor: str = ""
    resource: str = ""
    execution: str = ""
    outcome: str = "done"
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """A page of one subnet's events, newest first. ``before`` is a cursor: time and id of an event.

    ``action`` may end with ``*``; ``text`` is looked for in resource, reason and action.
    """

    subnet: str
    category: str | None = None
    action: str | None = None
    actor: str | None = None
    resource: str | None = None
    execution: str | None = None
    outcome: str | None = None
    since_us: int | None = None
    until_us: int | None = None  # excluded
    text: str | None = None
    before: tuple[int, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """Events that are kept however old they are: of executions, of and about actors, of times (the second
    excluded)."""

    executions: Sequence[str] = ()
    actors: Sequence[str] = ()
    times: Sequence[tuple[int, int]] = ()


NOTHING_KEPT = Kept()


class AuditTrail(Protocol):
    """Keeps and finds events."""

    def record(self, events: Sequence[AuditEvent]) -> None:
        """Keep events durably, all or none; one whose id is known is kept once."""

    def search(self, query: AuditQuery) -> Sequence[AuditEvent]:
        """A page of events."""

    def count(self, query: AuditQuery) -> Mapping[tuple[str, str, str], int]:
        """How many events there are per category, action and outcome; cursor and limit do not count."""

    def forget(self, subnet: str, before_us: int, limit: int = 10_000, kept: Kept = NOTHING_KEPT) -> int:
        """Delete a subnet's oldest recorded events from before this, and its checks that belong to no
        execution; at most ``limit`` of either, and none of those ``kept``. Gives how many it deleted."""
