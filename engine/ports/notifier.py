"""The socket for the live channel: tells whoever watches what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.journal.facts import Fact
from engine.ports.journal_store import Header


def flow_place(subnet: str, flow: str) -> tuple[str, str]:
    """Kind and name of the group of those who have a flow open; ids of flows hold no slash."""
    return "flow", f"{subnet}/{flow}"


class Notifier(Protocol):
    """Best effort: a watcher that misses something reads the journal."""

    def committed(self, header: Header, first_sequence: int, facts: Sequence[Fact]) -> None:
        """These facts are stored now; must not block or raise."""

    def event(self, subnet: str, type: str, data: Mapping[str, Any]) -> None:
        """Something beside executions happened (scaling, breaker, policy); where ``flowId`` in the data names
        a flow, its watchers are told, too."""
