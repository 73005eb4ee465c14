"""Who may vote on one proposal, with which weight: frozen when its vote opens, and never changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.api import cid_of


@dataclass(frozen=True)
class Electorate:
    """Weights by member, and who votes for whom where the member does not vote."""

    weights: Mapping[str, int]
    takers: Mapping[str, str]

    @cached_property
    def total(self) -> int:
        """All weights together."""
        return sum(self.weights.values())

    @cached_property
    def cid(self) -> str:
        """What stands for this electorate in proofs."""
        return cid_of(self.plain())

    def plain(self) -> dict[str, Any]:
        """As facts carry it."""
        return {"weights": dict(self.weights), "takers": dict(self.takers)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Electorate:
        """Read what :meth:`plain` wrote."""
        return cls(dict(plain["weights"]), dict(plain["takers"]))

    def powers(self, voters: Collection[str]) -> dict[str, int]:
        """The weight that each voter's ballot carries: its own and that of all whose delegation leads to it.

        Who votes takes its weight back from whoever it delegated to. A weight whose chain meets nobody who
        voted is not counted. Every weight is counted once at most.
        """
        voted = set(voters) & set(self.weights)
        powers = dict.fromkeys(sorted(voted), 0)
        ends: dict[str, str | None] = {voter: voter for voter in voted}
        for member, weight in self.weights.items():
            end = self._end(member, ends)
            if end is not None:
                powers[end] += weight
        return powers

    def _end(self, member: str, ends: dict[str, str | None]) -> str | None:
        """The voter whose ballot counts for a member; what was found is remembered for the whole chain."""
        chain: list[str] = []
        seen: set[str] = set()
        at: str | None = member
        while at is not None and at not in ends and at not in seen:
            chain.append(at)
            seen.add(at)
            at = self.takers.get(at)
        end = ends.get(at) if at is not None else None
        ends.update(dict.fromkeys(chain, end))
        return end
