"""Whether an execution came to what its case expects; all flaws at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.base.errors import QflowError
from engine.base.limits import DIFFERENCE_CHARACTERS_MAX, PREVIEW_DEADLINE_MS
from engine.execution.data import ItemStore
from engine.execution.expressions import Around, batch_of, sandbox_limits
from engine.execution.runner import Services
from engine.execution.summary import result_of, visible_status
from engine.flow.cases import Case
from engine.flow.comparison import ABSENT, Difference, differences
from engine.flow.plan import Plan
from engine.journal.state import ExecutionState, Task
from engine.ports.policy import Policy
from engine.ports.sandbox import Determinism, ExpressionValues
from engine.ports.step_catalogue import Item

_SEED = bytes(32)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is not as expected.

    ``kind``: ``end``, ``error``, ``output``, ``assertion``, or ``start`` where it could not run. ``step``
    and ``port`` of an output; ``at``: the index of an assertion.
    """

    kind: str
    message: str
    step: str = ""
    port: str = ""
    at: int | None = None
    differences: Sequence[Difference] = ()

    def as_json(self) -> dict[str, Any]:
        """Render for REST; a side of a difference that is not there is left out."""
        shown: dict[str, Any] = {"kind": self.kind, "message": self.message}
        shown |= {name: value for name, value in (("step", self.step), ("port", self.port)) if value}
        if self.at is not None:
            shown["at"] = self.at
        if self.differences:
            shown["differences"] = [_shown(one) for one in self.differences]
        return shown


def _shown(one: Difference) -> dict[str, Any]:
    sides = (("expected", one.expected), ("got", one.got))
    return {"path": one.path, **{name: _short(value) for name, value in sides if value is not ABSENT}}


def _short(value: Any) -> Any:
    """Large values as the beginning of their JSON."""
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= DIFFERENCE_CHARACTERS_MAX else f"{text[:DIFFERENCE_CHARACTERS_MAX]}..."


class Judge:
    """Holds one execution against its case."""

    def __init__(
        self, services: Services, plan: Plan, case: Case, state: ExecutionState, execution: str
    ) -> None:
        self._services, self._plan, self._case, self._state = services, plan, case, state
        self._execution = execution

    def flaws(self, policy: Policy) -> list[Flaw]:
        """Everything that is not as expected; where the end is not, that alone: it explains the rest."""
        end = self._end()
        if end is not None:
            return [end]
        return [*self._error(), *self._outputs(), *self._assertions(policy)]

    def _end(self) -> Flaw | None:
        ended, expected = str(visible_status(self._state)), self._case.end
        if ended == expected:
            return None
        message = f"it should have {_WORDS[expected]}, but it {_WORDS.get(ended, f'is {ended}')}"
        error = self._state.error
        if error is not None:
            return Flaw("end", f"{message}: {error.get('message')}", str(error.get("step") or ""))
        parked = [one.task.step for one in self._state.parked.values()]
        if parked:
            told = f"{message} at step {parked[0]!r}; mock it, or expect that it waits"
            return Flaw("end", told, parked[0])
        return Flaw("end", message)

    def _error(self) -> list[Flaw]:
        wanted, got = self._case.error, str((self._state.error or {}).get("message", ""))
        if wanted in got:
            return []
        return [Flaw("error", f"the error's message should hold {wanted!r}; it is {got!r}")]

    def _outputs(self) -> list[Flaw]:
        found = []
        for part, expected in ((False, self._case.outputs), (True, self._case.contains)):
            for step, ports in expected.items():
                for port, items in ports.items():
                    got = given_items(self._services.items, self._state, step, port)
                    apart = differences(items, got, part=part)
                    if apart:
                        found.append(Flaw("output", self._told(step, port, got), step, port, None, apart))
        return found

    def _told(self, step: str, port: str, got: Sequence[Item]) -> str:
        if step not in self._plan.flow.by_id:
            return f"there is no step {step!r}"
        if step not in self._state.runs:
            return f"step {step!r} did not run"
        count = "1 item" if len(got) == 1 else f"{len(got)} items"
        return f"what step {step!r} gave on port {port!r} ({count}) is not as expected"

    def _assertions(self, policy: Policy) -> list[Flaw]:
        templates = tuple(dict.fromkeys(text.strip() for text in self._case.assertions))
        if not templates:
            return []
        try:
            given = self._evaluated(templates, policy)
        except QflowError as error:
            return [Flaw("assertion", error.message)]
        values = dict(zip(templates, given.values[0], strict=True)) if given.values else {}
        faults = {templates[one.template]: one.message for one in given.faults if one.row == 0}
        found = []
        for at, text in enumerate(self._case.assertions):
            wrong = _wrong(text.strip(), values, faults)
            found += [Flaw("assertion", wrong, at=at)] if wrong else []
        return found

    def _evaluated(self, templates: Sequence[str], policy: Policy) -> ExpressionValues:
        """The assertions as the next step would see them: with the first item of the result as ``$json``."""
        services, state, plan = self._services, self._state, self._plan
        step, run = state.last or (plan.flow.steps[0].id, 0)
        data = result_of(state)
        items = services.items.load(state.started.subnet, data)[:1] if data else []
        batch = batch_of(
            plan,
            state,
            Task(0, step, {}, run=run),
            templates,
            {"main": items},
            services.items,
            around=Around(plan, state.started, self._execution, services.environment).of(policy),
            determinism=Determinism(
                services.clock.now_us(), _SEED, plan.flow.settings.timezone or services.timezone
            ),
            resume_url=str,
        )
        return services.sandbox.evaluate(batch, sandbox_limits(policy.limits, PREVIEW_DEADLINE_MS))


_WORDS = {
    "completed": "completed",
    "failed": "failed",
    "waiting": "waited",
    "aborted": "was stopped",
    "pending": "did not begin in time",
    "running": "did not end in time",
    "paused": "was paused",
}


def _wrong(text: str, values: Mapping[str, Any], faults: Mapping[str, str]) -> str:
    if text in faults:
        return f"{text} has no value: {faults[text]}"
    value = values.get(text)
    shown = json.dumps(_short(value), ensure_ascii=False)
    return "" if value is True else f"{text} came to {shown}, not to true"


def given_items(items: ItemStore, state: ExecutionState, step: str, port: str) -> list[Item]:
    """What a step gave on a port in all its runs, one after the other."""
    runs = state.runs.get(step, {})
    found = (runs[index].outputs.get(port) for index in sorted(runs))
    return [item for data in found if data is not None for item in items.load(state.started.subnet, data)]
