"""Checks of the whole graph: cycles without a loop step, unreachable steps, references to the future."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from engine.base.limits import CYCLES_MAX
from engine.flow.document import Report
from engine.flow.draft import LOOP, Draft, Drafts, Wire
from engine.flow.references import ROOTS, references, scanned


def check_graph(drafts: Drafts, wires: Sequence[Wire], report: Report) -> None:
    """Report what only the whole graph shows; warnings only where there are no errors yet."""
    _check_cycles(drafts, wires, report)
    if report.has_errors:
        return
    _warn_unreachable(drafts, wires, report)
    _warn_early_references(drafts, wires, report)


def _check_cycles(drafts: Drafts, wires: Sequence[Wire], report: Report) -> None:
    loops = {draft.step.id for draft in drafts.ordered if draft.step.type == LOOP}
    following: dict[str, list[str]] = {draft.step.id: [] for draft in drafts.ordered}
    for wire in wires:
        if wire.source not in loops and wire.target not in loops:
            following[wire.source].append(wire.target)
    for cycle in cycles(following):
        names = " -> ".join([*cycle[:12], *(["..."] if len(cycle) > 12 else []), cycle[0]])
        report.error(
            drafts.by_id[cycle[0]].path,
            f"the steps run in a circle without a loop step: {names}",
            "cycle",
            "lead the circle through a logic.loop step",
        )


def cycles(following: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Cycles without a step in common, at most ``CYCLES_MAX``, each from its first listed step."""
    left = {step: set(targets) for step, targets in following.items()}
    order = {step: number for number, step in enumerate(following)}
    found: list[list[str]] = []
    while len(found) < CYCLES_MAX:
        _trim(left)
        if not left:
            return found
        cycle = _walk(left, order)
        found.append(cycle)
        _drop(left, cycle)
    return found


def _trim(left: dict[str, set[str]]) -> None:
    """Drop steps that lead nowhere, until each one left leads to another."""
    sources: dict[str, list[str]] = defaultdict(list)
    for step, targets in left.items():
        for target in targets:
            sources[target].append(step)
    ends = [step for step, targets in left.items() if not targets]
    while ends:
        end = ends.pop()
        del left[end]
        for source in sources[end]:
            left[source].discard(end)
            if not left[source]:
                ends.append(source)


def _walk(left: Mapping[str, set[str]], order: Mapping[str, int]) -> list[str]:
    """Walk on until a step comes again: since every step leads on, one does."""
    step = min(left, key=order.__getitem__)
    seen: dict[str, int] = {}
    while step not in seen:
        seen[step] = len(seen)
        step = min(left[step], key=order.__getitem__)
    cycle = list(seen)[seen[step] :]
    first = cycle.index(min(cycle, key=order.__getitem__))
    return cycle[first:] + cycle[:first]


def _drop(left: dict[str, set[str]], steps: Collection[str]) -> None:
    for step in steps:
        del left[step]
    for targets in left.values():
        targets.difference_update(steps)


def _reach(starts: Collection[str], following: Mapping[str, Sequence[str]]) -> set[str]:
    """Steps that can be reached from the starts in one or more hops."""
    found: set[str] = set()
    todo = [target for start in starts for target in following.get(start, ())]
    while todo:
        step = todo.pop()
        if step not in found:
            found.add(step)
            todo.extend(following.get(step, ()))
    return found


def _warn_unreachable(drafts: Drafts, wires: Sequence[Wire], report: Report) -> None:
    following: dict[str, list[str]] = defaultdict(list)
    for wire in wires:
        following[wire.source].append(wire.target)
    targets = {wire.target for wire in wires}
    starts = [draft.step.id for draft in drafts.ordered if draft.trigger] or [
        draft.step.id for draft in drafts.ordered if draft.step.id not in targets
    ]
    reached = _reach(starts, following).union(starts)
    for draft in drafts.ordered:
        if draft.step.id not in reached:
            message = f"nothing leads to the step {draft.step.id!r}, so it never runs"
            report.warning(draft.path, message, "unreachable", "wire it up or remove it")


def _warn_early_references(drafts: Drafts, wires: Sequence[Wire], report: Report) -> None:
    before: dict[str, list[str]] = defaultdict(list)
    for wire in wires:
        before[wire.target].append(wire.source)
    for draft in drafts.ordered:
        _warn_early(draft, before, drafts, report)


def _warn_early(draft: Draft, before: Mapping[str, Sequence[str]], drafts: Drafts, report: Report) -> None:
    upstream: set[str] | None = None
    for found in references(scanned(draft.step.parameters)):
        if found.name in ROOTS or found.name not in drafts.by_id:
            continue
        upstream = _reach([draft.step.id], before) if upstream is None else upstream
        if found.name not in upstream:
            message = f"{found.text[:80]} refers to a step that never runs before this one"
            report.warning((*draft.path, "params", *found.path), message, "early_reference")
