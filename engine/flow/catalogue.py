"""What the formats ask of the node's step types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.flow.document import Path


@dataclass(frozen=True, slots=True)
class ParameterFinding:
    """One thing wrong with a step's parameters; ``path`` starts inside the parameters."""

    path: Path
    message: str
    code: str
    hint: str | None = None


class TypeCatalogue(Protocol):
    """The step types that a definition may use. ``type_name`` is always one of :meth:`names`."""

    def names(self) -> Iterable[str]:
        """All step types."""

    def resolve_alias(self, name: str) -> str | None:
        """The type that another format's name stands for, or None."""

    def is_trigger(self, type_name: str) -> bool:
        """Whether steps of this type start executions."""

    def ports(
        self, type_name: str, parameters: Mapping[str, Any]
    ) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Input and output ports with these unresolved parameters, without ``failure``; None where
        the parameters are too wrong to tell."""

    def check(self, type_name: str, parameters: Mapping[str, Any]) -> Sequence[ParameterFinding]:
        """What is wrong with the parameters, leaving out what only a run can tell."""
