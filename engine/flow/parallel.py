"""Parallel branches: from the parallel step to each branch, and from the branches' ends to the join."""

from __future__ import annotations

from dataclasses import dataclass

from engine.flow.document import Path
from engine.flow.draft import LOOP, Draft, Drafts, Wire


@dataclass(frozen=True, slots=True)
class Branching:
    """A parallel step: its branches' first steps (with input port and path) and where they join."""

    draft: Draft
    starts: list[tuple[Draft, str | None, Path]]
    join: tuple[Draft, str | None] | None
    join_path: Path


def join_branches(drafts: Drafts, branchings: list[Branching], wires: list[Wire]) -> None:
    """Add the wires of all parallel steps to ``wires``.

    The ends of a branch are its steps that say nothing about what comes next (of a loop: whose port
    ``done`` leads nowhere). They lead to the parallel step's onSuccess, which waits for all of them.
    Inner parallel steps are joined first, so that their join can be an end of the outer branch.
    """
    joiner = _Joiner(drafts, {branching.draft.step.id: branching for branching in branchings}, wires)
    for branching in branchings:
        joiner.start(branching)
    for branching in branchings:
        joiner.join(branching)


class _Joiner:
    def __init__(self, drafts: Drafts, by_id: dict[str, Branching], wires: list[Wire]) -> None:
        self._drafts, self._by_id, self._wires = drafts, by_id, wires
        self._joined: set[str] = set()
        self._out: dict[str, list[Wire]] = {}
        for wire in wires:
            self._out.setdefault(wire.source, []).append(wire)

    def start(self, branching: Branching) -> None:
        for target, port, path in branching.starts:
            self._add(self._drafts.wire(branching.draft, None, target, port, path))

    def join(self, branching: Branching) -> None:
        """Iterative: inner parallel steps wait on a stack above the outer ones."""
        stack = [branching]
        while stack:
            top = stack[-1]
            inner = [found for found in self._inner(top) if found not in stack]
            if inner:
                stack += inner
                continue
            stack.pop()
            self._join_one(top)

    def _inner(self, branching: Branching) -> list[Branching]:
        inside = (self._by_id.get(step) for step in self._inside(branching))
        return [b for b in inside if b is not None and b.draft.step.id not in self._joined]

    def _inside(self, branching: Branching) -> list[str]:
        """Steps of the branches, in order of discovery."""
        stop = {branching.draft.step.id}
        if branching.join is not None:
            stop.add(branching.join[0].step.id)
        found: dict[str, None] = {}
        todo = [start.step.id for start, _, _ in reversed(branching.starts)]
        while todo:
            step = todo.pop()
            if step in stop or step in found:
                continue
            found[step] = None
            todo += [wire.target for wire in reversed(self._out.get(step, ()))]
        return list(found)

    def _join_one(self, branching: Branching) -> None:
        if branching.draft.step.id in self._joined:
            return
        self._joined.add(branching.draft.step.id)
        if branching.join is None:
            return
        join, port = branching.join
        if join.join is None and not join.places:
            join.join = "all"
        for step in self._inside(branching):
            for out in self._open_ports(self._drafts.by_id[step]):
                self._add(self._drafts.wire(self._drafts.by_id[step], out, join, port, branching.join_path))

    def _open_ports(self, draft: Draft) -> tuple[str | None, ...]:
        """The output ports through which a branch ends at this step."""
        wired = {wire.port for wire in self._out.get(draft.step.id, ())}
        if draft.step.type == LOOP:
            return () if "done" in wired else ("done",)
        if wired - {"failure"}:
            return ()
        return draft.ports[1] if draft.ports is not None else (None,)

    def _add(self, wire: Wire) -> None:
        self._wires.append(wire)
        self._out.setdefault(wire.source, []).append(wire)
