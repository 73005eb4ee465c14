"""The socket for quarantine: flows, code, nodes and identities that may not act until someone lifts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

EVERYWHERE = "*"
"""Stands for every subnet of the node in :attr:`Quarantine.subnet`."""

PLACED_EVENT = "q.qflow.quarantine.placed.v1"
LIFTED_EVENT = "q.qflow.quarantine.lifted.v1"


class Contained(StrEnum):
    """What can be quarantined."""

    FLOW = "flow"  # by its id
    CODE = "code"  # by the CID of its bytes
    NODE = "node"  # by its id
    IDENTITY = "identity"  # by the actor's id
    SUBNET = "subnet"  # by its id: the keeper of the node suspended it


@dataclass(frozen=True, slots=True)
class Quarantine:
    """One stay in quarantine. It is in force until ``until_us`` (None: until lifted) or ``lifted_us``."""

    id: str
    subnet: str
    kind: Contained
    subject: str
    reason: str  # for people: what was found
    by: str  # who placed it: an actor, or the part of the engine that found it
    since_us: int
    until_us: int | None = None
    lifted_us: int | None = None
    lifted_by: str = ""

    def in_force(self, now_us: int) -> bool:
        """Whether it holds at a time."""
        return self.lifted_us is None and (self.until_us is None or now_us < self.until_us)


class QuarantineStore(Protocol):
    """Stays in quarantine, past ones too."""

    def place(self, quarantine: Quarantine) -> bool:
        """Begin a stay; False where one of the same subject in the same subnet is in force at
        ``since_us`` already."""

    def lift(self, subnet: str, kind: Contained, subject: str, by: str, now_us: int) -> bool:
        """End the stay in force; False where there is none."""

    def in_force(self, subnet: str, now_us: int) -> Sequence[Quarantine]:
        """Stays in force in a subnet, those of every subnet among them, oldest first."""

    def history(self, subnet: str, limit: int, before: str | None = None) -> Sequence[Quarantine]:
        """Stays of a subnet, newest first; ``before`` is the id of one."""

    def revision(self, subnet: str) -> int:
        """A number that grows with every change that concerns the subnet."""
