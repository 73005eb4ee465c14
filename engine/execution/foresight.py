"""Steps in a row asked of the sandbox in one call, each on the items that the one before is likely to give.

What is foretold is never believed: a step takes an answer only where the sandbox is asked the same, with
the same items, as was foretold. The facts of every step are made as ever. So foresight saves time and
changes nothing else; a step that looked at the clock or at chance, or crossed a limit, is asked for anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from engine.base.errors import SandboxViolation
from engine.base.limits import BINDINGS_MAX, FORESIGHT_FUEL, FORESIGHT_ITEMS_MAX, FORESIGHT_ROWS_MAX
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
    Later,
    RowAhead,
    Sandbox,
    SandboxLimits,
)
from engine.ports.step_catalogue import Item

StepOfVersion = tuple[str, str]
"""A flow version and one of its steps."""


@dataclass(frozen=True, slots=True)
class KnownRow:
    """The steps behind a first one, as found under a policy; contexts have what is the steps' own."""

    policy: Policy
    revision: int
    steps: Sequence[str]
    later: Later


class Outlook:
    """What a process has learnt of rows. Thread-safe."""

    def __init__(self) -> None:
        self.revision = 0  # grows with all that is learnt of where rows end
        self._ends: set[StepOfVersion] = set()
        self._alone: set[StepOfVersion] = set()
        self._rows: dict[StepOfVersion, KnownRow] = {}

    def ends_before(self, step: StepOfVersion) -> bool:
        """Whether no row goes on with the step."""
        return step in self._ends or step in self._alone

    def begins_at(self, step: StepOfVersion) -> bool:
        """Whether a row may begin with the step."""
        return step not in self._alone

    def note_end(self, step: StepOfVersion) -> None:
        """The items of the step could not be foretold."""
        self._note(self._ends, step)

    def note_alone(self, step: StepOfVersion) -> None:
        """The step cannot be asked for together with others."""
        self._note(self._alone, step)

    def _note(self, known: set[StepOfVersion], step: StepOfVersion) -> None:
        if step in known:
            return
        if len(known) >= BINDINGS_MAX:
            known.clear()
        known.add(step)
        self.revision += 1

    def row(self, first: StepOfVersion, policy: Policy) -> KnownRow | None:
        """The row behind a step, where nothing changed since it was found."""
        known = self._rows.get(first)
        return known if known and known.policy is policy and known.revision == self.revision else None

    def keep(self, first: StepOfVersion, row: KnownRow) -> None:
        """Remember a row."""
        if len(self._rows) >= FORESIGHT_ROWS_MAX:
            self._rows.clear()
        self._rows[first] = row


class Row:
    """What one execution was foretold; for the thread that drives it alone."""

    def __init__(self, outlook: Outlook, version: str) -> None:
        self.outlook, self.version = outlook, version
        self.shared: Mapping[str, Any] = {}  # in the contexts of the calls that were foretold
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
        row: RowAhead,
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
        if seen.looked:
            self.outlook.note_alone((self.version, steps[count]))
        elif 0 < count < len(steps):  # the first step, where it has no answer, says itself why
            self.outlook.note_end((self.version, steps[count]))
        told = zip(steps, zip(row.calls, seen.answers, strict=False), strict=False)
        self._told, self.shared = dict(islice(told, 1, None)), row.shared
        return seen.answers[0] if count else None


Own = Callable[[ExpressionBatch | CodeRequest], Ahead | None]
"""A step's call, with what follows from its answer."""

Behind = Callable[[Ahead], tuple[Sequence[str], RowAhead] | None]
"""The steps of a row behind the one with this call, and the whole row."""


class Seer:
    """The sandbox as one step of a row sees it: implements :class:`engine.ports.sandbox.Sandbox`."""

    def __init__(self, sandbox: Sandbox, row: Row, step: str, own: Own, behind: Behind) -> None:
        self._sandbox, self._row, self._step = sandbox, row, step
        self._own, self._behind = own, behind

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

    def foresee(self, items: Sequence[Item], row: RowAhead, limits: SandboxLimits) -> Foresight:
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
            ahead, told = known
            if call.asks_the_same(ahead.call, self._row.shared) and _are_same(call.items, told.items):
                return told.answer
            self._row.note_end(self._step)
        own = self._own(call) if len(call.items) <= FORESIGHT_ITEMS_MAX else None
        found = self._behind(own) if own is not None else None
        if found is None:
            return None
        steps, row = found
        first = self._row.ask(self._sandbox, [self._step, *steps], row, call.items, limits)
        return first.answer if first else None


def _are_same(given: Sequence[Item], told: Sequence[Item]) -> bool:
    """Whether items are those that were foretold, to the kind of every number and the order of keys."""
    return repr(given) == repr(told)
