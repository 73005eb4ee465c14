"""Steps in a row asked of the sandbox in one call, each on the items that the one before is likely to give.

What is foretold is never believed: a step takes an answer only where the sandbox is asked the same, with
the same items, as was foretold. The facts of every step are made as ever. So foresight saves time and
changes nothing else; a step that looked at the clock or at chance, or crossed a limit, is asked for anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.base.errors import SandboxViolation
from engine.base.limits import BINDINGS_MAX, FORESIGHT_FUEL, FORESIGHT_ITEMS_MAX, FORESIGHT_STEPS_MAX
from engine.execution.bindings import Binding, Bindings
from engine.flow.model import Edge
from engine.flow.plan import Plan
from engine.journal.state import ExecutionState, Source, Task
from engine.ports.policy import Policy
from engine.ports.sandbox import (
    Ahead,
    CodeRequest,
    CodeResult,
    ExpressionBatch,
    ExpressionValues,
    Foresight,
    Foretold,
    HostCalls,
    Sandbox,
    SandboxLimits,
)
from engine.ports.step_catalogue import Effect, Item

StepOfVersion = tuple[str, str]
"""A flow version and one of its steps."""


class Outlook:
    """What a process has learnt of steps: where rows end. Thread-safe."""

    def __init__(self) -> None:
        self._ends: set[StepOfVersion] = set()
        self._alone: set[StepOfVersion] = set()

    def ends_before(self, step: StepOfVersion) -> bool:
        """Whether no row goes on with the step."""
        return step in self._ends or step in self._alone

    def begins_at(self, step: StepOfVersion) -> bool:
        """Whether a row may begin with the step."""
        return step not in self._alone

    def note_end(self, step: StepOfVersion) -> None:
        """The items of the step could not be foretold."""
        _add(self._ends, step)

    def note_alone(self, step: StepOfVersion) -> None:
        """The step cannot be asked for together with others."""
        _add(self._alone, step)


def _add(known: set[StepOfVersion], step: StepOfVersion) -> None:
    if len(known) >= BINDINGS_MAX:
        known.clear()
    known.add(step)


class Row:
    """What one execution was foretold; for the thread that drives it alone."""

    def __init__(self, outlook: Outlook, version: str) -> None:
        self.outlook, self.version = outlook, version
        self._told: dict[str, tuple[Ahead, Foretold]] = {}  # by step

    def take(self, step: str) -> tuple[Ahead, Foretold] | None:
        """What was foretold of a step, once."""
        return self._told.pop(step, None)

    def note_end(self, step: str) -> None:
        """The items of the step were foretold wrong."""
        self.outlook.note_end((self.version, step))

    def ask(
        self,
        sandbox: Sandbox,
        steps: Sequence[str],
        row: Sequence[Ahead],
        items: Sequence[Item],
        limits: SandboxLimits,
    ) -> Foretold | None:
        """The answer for the first of the steps, if there is one; what is foretold of others is kept."""
        try:
            seen = sandbox.foresee(items, row, replace(limits, fuel=min(limits.fuel, FORESIGHT_FUEL)))
        except SandboxViolation:
            for step in steps:
                self.outlook.note_alone((self.version, step))
            return None
        count = len(seen.answers)
        if count < len(steps):
            note = self.outlook.note_alone if seen.looked or not count else self.outlook.note_end
            note((self.version, steps[count]))
        told = list(zip(steps, zip(row, seen.answers, strict=False), strict=False))
        self._told = dict(told[1:])
        return seen.answers[0] if count else None


Own = Callable[[ExpressionBatch | CodeRequest], Ahead | None]
"""A step's call, with what follows from its answer."""

Later = Callable[[], tuple[Sequence[str], Sequence[Ahead]]]
"""The steps of a row behind its first one, and what will be asked for them."""


class Seer:
    """The sandbox as one step of a row sees it: implements :class:`engine.ports.sandbox.Sandbox`."""

    def __init__(self, sandbox: Sandbox, row: Row, step: str, own: Own, later: Later) -> None:
        self._sandbox, self._row, self._step = sandbox, row, step
        self._own, self._later = own, later

    @property
    def guest_cid(self) -> str:
        """See :class:`Sandbox`."""
        return self._sandbox.guest_cid

    def evaluate(self, batch: ExpressionBatch, limits: SandboxLimits) -> ExpressionValues:
        """See :class:`Sandbox`; from what was foretold, where that is the same."""
        found = self._answer(batch, limits)
        return found if isinstance(found, ExpressionValues) else self._sandbox.evaluate(batch, limits)

    def run_code(
        self, request: CodeRequest, limits: SandboxLimits, host: HostCalls | None = None
    ) -> CodeResult:
        """See :class:`Sandbox`; from what was foretold, where that is the same."""
        found = None if host is not None else self._answer(request, limits)
        return found if isinstance(found, CodeResult) else self._sandbox.run_code(request, limits, host)

    def foresee(self, items: Sequence[Item], row: Sequence[Ahead], limits: SandboxLimits) -> Foresight:
        """See :class:`Sandbox`."""
        return self._sandbox.foresee(items, row, limits)

    def warm_up(self) -> None:
        """See :class:`Sandbox`."""
        self._sandbox.warm_up()

    def _answer(
        self, call: ExpressionBatch | CodeRequest, limits: SandboxLimits
    ) -> ExpressionValues | CodeResult | None:
        known = self._row.take(self._step)
        if known is not None:
            if _is_same(call, *known):
                return known[1].answer
            self._row.note_end(self._step)
        own = self._own(call) if len(call.items) <= FORESIGHT_ITEMS_MAX else None
        steps, later = self._later() if own is not None else ((), ())
        if own is None or not steps:
            return None
        found = self._row.ask(self._sandbox, [self._step, *steps], [own, *later], call.items, limits)
        return found.answer if found else None


def _is_same(call: ExpressionBatch | CodeRequest, ahead: Ahead, told: Foretold) -> bool:
    """Whether a call is what was foretold: its items to the kind of every number and the order of keys, and
    all else but time and chance, at which the answer did not look."""
    other = ahead.call
    if other is None or type(other) is not type(call):
        return False
    moment = replace(other.determinism, now_us=call.determinism.now_us, seed=call.determinism.seed)
    same = call == replace(other, items=call.items, determinism=moment)
    return same and repr(call.items) == repr(told.items)


# --- rows -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """What is known when a step begins, of those that may follow it."""

    plan: Plan
    state: ExecutionState
    bindings: Bindings
    policy: Policy
    outlook: Outlook
    cleared: Callable[[str], bool]  # whether the gate let the step pass before, and nothing changed since
    batch: Callable[[Task, Sequence[str]], ExpressionBatch]  # without items


def ahead_of(view: View, binding: Binding, task: Task) -> Ahead | None:
    """What a run of a step will ask for, where it depends on nothing but its items."""
    step = binding.step
    if binding.effect is not Effect.PURE or binding.roots or step.disabled or step.timeout_ms is not None:
        return None
    code = binding.kind.code_in(step.parameters)
    batch = view.batch(task, (code,) if code else binding.templates)
    if "nodes" in batch.context or "resumeUrl" in batch.context["execution"]:
        return None
    return binding.kind.ahead(step, batch, view.policy)


def own_of(binding: Binding, policy: Policy, call: ExpressionBatch | CodeRequest) -> Ahead | None:
    """A step's own call as the first of a row."""
    batch = call if isinstance(call, ExpressionBatch) else _about(call)
    if (
        batch.indexes is not None
        or batch.marked
        or "nodes" in batch.context
        or len(batch.context.get("inputs", ()))
    ):
        return None
    ahead = binding.kind.ahead(binding.step, batch, policy)
    return ahead and replace(ahead, call=call)


def _about(call: CodeRequest) -> ExpressionBatch:
    return ExpressionBatch((), call.items, call.determinism, call.context)


def behind(view: View, task: Task) -> tuple[list[str], list[Ahead]]:
    """The steps of the one way on from a task, as far as they can be asked for before their time."""
    steps: list[str] = []
    row: list[Ahead] = []
    source = task.step, max(task.run, 0)
    while len(row) < FORESIGHT_STEPS_MAX - 1:
        edge = _only_way(view.plan, source[0])
        if edge is None or edge.target in steps or not _may_follow(view, edge.target):
            break
        follower = Task(0, edge.target, {edge.target_port: (Source(*source, edge.source_port),)}, run=0)
        ahead = ahead_of(view, view.bindings.get(view.plan, edge.target), follower)
        if ahead is None:
            break
        steps.append(edge.target)
        row.append(ahead)
        source = edge.target, 0
    return steps, row


def _only_way(plan: Plan, step: str) -> Edge | None:
    """The edge from a step's first port, where it is the only one."""
    edges = plan.outgoing.get((step, plan.ports[step].outputs[0]), ()) if plan.ports[step].outputs else ()
    return edges[0] if len(edges) == 1 else None


def _may_follow(view: View, step: str) -> bool:
    """Whether the step would run, for the first time, as soon as the one before it has."""
    plan, state = view.plan, view.state
    if view.outlook.ends_before((plan.version, step)) or plan.is_join(step) or step in state.runs:
        return False
    bounds, pins = state.started.bounds, state.started.pins
    if (bounds and step not in bounds) or step in pins:
        return False
    return plan.step(step).type not in view.policy.step_types_denied and view.cleared(step)
