"""The socket for variables: named texts that all flows of a subnet read as ``$vars.NAME``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable. It is no secret: whoever may read flows may read it, and items and logs may hold it."""

    subnet: str
    name: str
    value: str
    updated_us: int = 0
    updated_by: str = ""


class VariableStore(Protocol):
    """Where variables lie."""

    def all(self, subnet: str) -> Sequence[Variable]:
        """Those of a subnet, by name."""

    def put(self, variable: Variable) -> None:
        """Store it, new or changed; raises :class:`ResourceExhausted` where the subnet has too many."""

    def delete(self, subnet: str, name: str) -> bool:
        """Whether it was there."""
