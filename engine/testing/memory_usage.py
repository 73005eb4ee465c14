"""What subnets used, in memory."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.canonical import decode
from engine.journal.facts import from_plain
from engine.journal.usage import NOTHING, used_by_day
from engine.ports.usage import UsageDay
from engine.testing.memory_journal import MemoryJournal


class MemoryUsage:
    """A :class:`UsageStore` that reads the journals whenever it is asked; of deleted ones nothing."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal

    def days(self, subnet: str, first: str, last: str) -> Sequence[UsageDay]:
        """Worked out anew."""
        found: dict[str, UsageDay] = {}
        for stored in list(self._journal.stored.values()):
            if stored.header.subnet == subnet:
                facts = [from_plain(decode(entry.payload)) for entry in stored.entries]
                for day, amounts in used_by_day(facts).items():
                    before = found[day].amounts if day in found else NOTHING
                    found[day] = UsageDay(day, before.plus(amounts))
        return [found[day] for day in sorted(found) if first <= day <= last]

    def note_stored(self, subnet: str, day: str) -> UsageDay:
        """Nothing is measured in memory."""
        return UsageDay(day)

    def rebuild(self, subnet: str) -> int:
        """It is always anew."""
        return sum(stored.header.subnet == subnet for stored in self._journal.stored.values())
