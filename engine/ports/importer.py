"""The socket for readers of other systems' workflows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.base.limits import Limits
from engine.flow.model import Flow
from engine.ports.step_catalogue import StepCatalogue


@dataclass(frozen=True, slots=True)
class Imported:
    """A flow made from another system's workflow, and what is said of it.

    ``nodes`` counts what the workflow has, ``runnable`` how much of it runs here. Each issue is
    ``{"node", "type", "severity": unsupported | differs | note, "message", "help"}``. ``active``:
    whether the workflow was in force there.
    """

    flow: Flow
    nodes: int
    runnable: int
    issues: Sequence[Mapping[str, str]] = ()
    active: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """Another system's workflow made from a flow, and what could not go back (issues as above)."""

    document: dict[str, Any]
    issues: Sequence[Mapping[str, str]] = ()


Ask = Callable[[str, Mapping[str, str]], Any]
"""Asks a running instance: path and query -> JSON value."""


class Importer(Protocol):
    """Reads the exports of one system, and writes them."""

    def reads(self, data: bytes, limits: Limits) -> bool:
        """Whether the bytes are an export of that system."""

    def read(self, data: bytes, name: str, catalogue: StepCatalogue, limits: Limits) -> Sequence[Imported]:
        """Every workflow of an export; ``name`` is its file's name. Raises :class:`InvalidInput`."""

    def write(self, flow: Flow, catalogue: StepCatalogue) -> Exported:
        """The flow as that system's workflow; raises :class:`InvalidInput` for one that came from
        elsewhere."""

    def pages(self, ask: Ask) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Everything that a running instance of the system gives, as (kind, object): ``workflow``, ``tag``,
        ``variable``, ``credential``, ``folder``. Raises what ``ask`` raises for workflows; what else it does
        not give is left out."""
