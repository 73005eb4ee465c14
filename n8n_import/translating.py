"""What translators of nodes are given and what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.api import StepCatalogue
from n8n_import.expressions import converted
from n8n_import.words import Node, Workflow

Severity = Literal["unsupported", "differs", "note"]

HELP = "docs/how-to/import-from-n8n.md"


@dataclass(frozen=True, slots=True)
class Issue:
    """A difference between a node and what it became. ``unsupported``: it refuses to run; ``differs``:
    it runs, but not in everything like the node; ``note``: something to fill in or to know.
    ``help`` is the section of the how-to that says what to do."""

    node: str
    type: str
    severity: Severity
    message: str
    help: str = HELP

    def as_json(self) -> dict[str, str]:
        """For reports."""
        return {
            "node": self.node,
            "type": self.type,
            "severity": self.severity,
            "message": self.message,
            "help": self.help,
        }


@dataclass(frozen=True, slots=True)
class Draft:
    """A step that a node becomes. ``inputs`` and ``outputs`` name the ports in the order in which n8n
    numbers them, where that is not the order of the step type."""

    type: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] | None = None
    outputs: tuple[str, ...] | None = None


class Unsupported(Exception):
    """A node, or an option of it, that cannot be translated; the message says what is missing."""


@dataclass
class Context:
    """What a translator may ask beside its node, and where it says what differs."""

    workflow: Workflow
    node: Node
    catalogue: StepCatalogue
    flow_id: Callable[[str], str]  # the id that another workflow's flow has
    issues: list[Issue] = field(default_factory=list)

    def param(self, path: str, default: Any = None) -> Any:
        """A parameter by its dotted path, converted: expressions and literal text as Qflow writes them."""
        return converted(self.node.param(path, default))

    def differs(self, message: str, section: str = "") -> None:
        """Say that something runs, but not as in n8n."""
        self._add("differs", message, section)

    def note(self, message: str, section: str = "") -> None:
        """Say that something is to be filled in or known."""
        self._add("note", message, section)

    def ignores(self, *paths: str) -> None:
        """Say of each of these parameters that is set that it has no effect here."""
        for path in paths:
            if self.node.param(path) not in (None, "", {}, [], False):
                self.differs(f"the option {path} has no effect here", "options")

    def _add(self, severity: Severity, message: str, section: str) -> None:
        where = f"{HELP}#{section}" if section else HELP
        self.issues.append(Issue(self.node.name, self.node.type, severity, message, where))

    def outputs_used(self) -> int:
        """How many outputs have wires: the highest number with one, plus one."""
        mine = [wire.output for wire in self.workflow.wires if wire.source == self.node.name]
        return max(mine, default=-1) + 1

    def inputs_used(self) -> int:
        """How many inputs have wires: the highest number with one, plus one."""
        mine = [wire.input for wire in self.workflow.wires if wire.target == self.node.name]
        return max(mine, default=-1) + 1


Translated = Draft | Sequence[Draft]
"""One step, or several in a row: the first gets the node's inputs, the last bears its name and has its
outputs."""


@dataclass(frozen=True, slots=True)
class NodeType:
    """An n8n node type that is understood. No ``versions``: all are alike. ``differs`` says what is never
    as in n8n, for the docs."""

    name: str  # with its package: n8n-nodes-base.set
    versions: tuple[float, ...]
    translate: Callable[[Node, Context], Translated]
    step: str  # the step type it becomes, for the docs
    trigger: bool = False
    differs: tuple[str, ...] = ()
