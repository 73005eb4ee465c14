"""Steps and wires on their way from a definition to a flow: names resolved, ports filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.flow.catalogue import TypeCatalogue
from engine.flow.document import Path, Report, nearest
from engine.flow.model import FAILURE, MAIN, Edge, OnError, Step

PARALLEL = "logic.parallel"
CONDITION = "logic.condition"
LOOP = "logic.loop"


@dataclass(slots=True)
class Draft:
    """A step, its place in the definition, and what was written rather than derived.

    ``ports`` are inputs and outputs, None while the type is unknown or its parameters too wrong.
    """

    index: int
    step: Step
    known: bool
    trigger: bool = False
    ports: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    on_error: OnError | None = None
    join: Literal["each", "all"] | None = None

    @property
    def path(self) -> Path:
        """Where the step stands."""
        return ("steps", self.index)

    @property
    def first_output(self) -> str:
        """The port that is meant where none is named."""
        return _usual(self.ports[1]) if self.ports else MAIN

    @property
    def first_input(self) -> str:
        """The input port that is meant where none is named."""
        return _usual(self.ports[0]) if self.ports else MAIN

    @property
    def places(self) -> tuple[str, ...]:
        """The inputs of a step that has several of its own (a merge): wires that name none take
        the next one that is free, and the step itself knows when to wait for all of them."""
        inputs = self.ports[0] if self.ports else ()
        return inputs if len(inputs) > 1 and MAIN not in inputs else ()


def _usual(ports: tuple[str, ...]) -> str:
    return MAIN if MAIN in ports or not ports else ports[0]


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge and where it was written; ``target_port`` is empty until :func:`settled` picks it."""

    source: str
    port: str
    target: str
    target_port: str
    path: Path

    @property
    def edge(self) -> Edge:
        """The edge of the flow."""
        return Edge(self.source, self.target, self.port, self.target_port)


@dataclass(slots=True)
class Drafts:
    """All steps of a definition, in order and by id."""

    report: Report
    ordered: list[Draft] = field(default_factory=list)
    by_id: dict[str, Draft] = field(default_factory=dict)

    def add(self, draft: Draft) -> None:
        """Take a step in; reports an id that is taken."""
        first = self.by_id.get(draft.step.id)
        if first is not None:
            message = f"the id {draft.step.id!r} is taken by steps[{first.index}]"
            self.report.error((*draft.path, "id"), message, "duplicate_id", "give each step its own id")
            return
        self.by_id[draft.step.id] = draft
        self.ordered.append(draft)

    def end(self, text: str, path: Path) -> tuple[Draft, str | None] | None:
        """The step and port that ``step`` or ``step.port`` names; reports what does not exist."""
        if text in self.by_id:
            return self.by_id[text], None
        step, dot, port = text.partition(".")
        if dot and step in self.by_id:
            return self.by_id[step], port
        message = f"there is no step {step[:64]!r}"
        self.report.error(path, message, "unknown_step", nearest(step, self.by_id))
        return None

    def wire(
        self, source: Draft, port: str | None, target: Draft, target_port: str | None, path: Path
    ) -> Wire:
        """An edge with its ports filled in; reports ports that the step types do not have."""
        _check_output(source, port, path, self.report)
        _check_input(target, target_port, path, self.report)
        out = port if port is not None else source.first_output
        into = target_port if target_port is not None else "" if target.places else target.first_input
        return Wire(source.step.id, out, target.step.id, into, path)

    def finished(self, wires: Sequence[Wire]) -> tuple[Step, ...]:
        """The steps, with ``on_error`` and ``join`` as written or as their wires imply."""
        failing = {wire.source for wire in wires if wire.port == FAILURE}
        return tuple(
            replace(
                draft.step,
                on_error=draft.on_error or ("failure" if draft.step.id in failing else "stop"),
                join=draft.join or "each",
            )
            for draft in self.ordered
        )


def _check_output(source: Draft, port: str | None, path: Path, report: Report) -> None:
    if source.ports is None or port == FAILURE:
        return
    outputs = source.ports[1]
    if port is None and not outputs:
        report.error(path, f"{source.step.type} gives no output to go on with", "unknown_port")
    elif port is not None and port not in outputs:
        message = f"{source.step.type} has no output port {port[:64]!r}"
        report.error(path, message, "unknown_port", nearest(port, (*outputs, FAILURE)))


def _check_input(target: Draft, port: str | None, path: Path, report: Report) -> None:
    if target.trigger or (target.ports is not None and not target.ports[0]):
        message = f"{target.step.id!r} is a trigger: nothing can lead to it"
        report.error(path, message, "trigger_has_input", "start the wire at the trigger instead")
    elif port is not None and target.ports is not None and port not in target.ports[0]:
        message = f"{target.step.type} has no input port {port[:64]!r}"
        report.error(path, message, "unknown_port", nearest(port, target.ports[0]))


def settled(wires: Sequence[Wire], drafts: Drafts) -> list[Wire]:
    """The wires, those that name no input of a step with several led to the next free one."""
    taken = {(wire.target, wire.target_port) for wire in wires if wire.target_port}
    result = []
    for wire in wires:
        if not wire.target_port:
            places = drafts.by_id[wire.target].places
            free = [place for place in places if (wire.target, place) not in taken]
            wire = replace(wire, target_port=free[0] if free else places[0])  # noqa: PLW2901
            taken.add((wire.target, wire.target_port))
        result.append(wire)
    return result


def in_order(wires: Iterable[Wire], drafts: Sequence[Draft]) -> list[Wire]:
    """Each wire once, by source step, a step's wires by port in order of first mention."""
    distinct = list({wire.edge: wire for wire in reversed(list(wires))}.values())[::-1]
    place = {draft.step.id: number for number, draft in enumerate(drafts)}
    ports: dict[tuple[str, str], int] = {}
    for wire in distinct:
        ports.setdefault((wire.source, wire.port), len(ports))
    return sorted(distinct, key=lambda w: (place[w.source], ports[w.source, w.port]))


def resolve_type(
    name: str, path: Path, catalogue: TypeCatalogue, report: Report, words: Sequence[str] = ()
) -> str | None:
    """The step type that a name or alias stands for; reports an unknown one."""
    names = list(catalogue.names())
    if name in names:
        return name
    alias = catalogue.resolve_alias(name)
    if alias is None:
        message = f"there is no step type {name[:64]!r}"
        report.error(path, message, "unknown_step_type", nearest(name, (*names, *words)))
    return alias
