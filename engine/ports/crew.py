"""The socket for further processes of this node that drive executions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.journal.facts import Fact
from engine.ports.journal_store import Header


class Crew(Protocol):
    """Whoever waits for an execution is told of it through the watches of this process, wherever it is
    driven."""

    def drive(self, header: Header, facts: Sequence[Fact], until: str) -> bool:
        """Hand over an execution whose caller waits ``until`` (:data:`engine.execution.watches.Until`) and
        whose first facts are not stored yet. False where nobody takes it: drive it here."""

    def attend(self, execution: str) -> bool:
        """Ask whoever drives an execution to look at it; False where none of the others does."""


class NoCrew:
    """For a node that is one process."""

    def drive(self, header: Header, facts: Sequence[Fact], until: str) -> bool:
        """Nobody takes it."""
        return False

    def attend(self, execution: str) -> bool:
        """Nobody drives it."""
        return False
