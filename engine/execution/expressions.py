"""Expressions in a step's parameters: all templates for all items, in one call of the sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from engine.base.limits import EXPRESSION_ITEMS_MAX, TEMPLATE_KEPT_CHARACTERS_MAX, TEMPLATES_KEPT_MAX, Limits
from engine.execution.data import ItemStore
from engine.flow.model import Step
from engine.flow.plan import FAILURE, Plan
from engine.journal.facts import ExecutionStarted
from engine.journal.state import ExecutionState, Source, Task
from engine.ports.policy import Policy
from engine.ports.sandbox import NOTHING_USED, Determinism, ExpressionBatch, Sandbox, SandboxLimits
from engine.ports.step_catalogue import PortItems

_LOOKS_BACK = ("$(", "$node", "$items(", "$evaluateExpression", "$parameter", "_(", "_node")
"""Words of an expression, or of code, that may look at what earlier steps gave."""

_ASKS_FOR_PARAMETERS = ("arameter", "eval")
"""Parts of the words by which an expression, or code, may come to the parameters of its step."""

_ASKS_FOR_URL = ("xecution", "esume", *_ASKS_FOR_PARAMETERS)
"""The same for the URL that resumes its step."""

_TRACES = (".item", "Item", "$node", "_node", "$evaluateExpression", "$parameter")
"""Words that ask for the item from which an item came, through all steps between."""

_ANY_STEP = re.compile(
    r"""(?:\$|\b_)\(\s*(?:[^\s'"`)]|`[^`]*\$\{)|[$_]node\s*\[\s*(?:[^\s'"`]|`[^`]*\$\{)|\$items\(\s*[^\s'"`)]"""
)
"""Where a step's name is worked out, so that it may be any step's."""


_OWN_WORDS = frozenset(
    {"$json", "$binary", "$now", "$today", "$if", "$ifEmpty", "$asIs", "$min", "$max", "$average", "$not"}
    | {"$jmespath", "$workflow", "$execution", "$vars", "$env", "$runIndex"}
)
"""Names that tell the same of an item whichever other items stand beside it."""

_WORD = re.compile(r"\$\w*")


class Written:
    """The templates of one attempt; evaluated when the first value is asked for. Templates that look at
    their own item alone are evaluated for so many items at a time that a call stays short and small."""

    def __init__(self, sandbox: Sandbox, batch: ExpressionBatch, limits: SandboxLimits) -> None:
        self._sandbox, self._batch, self._limits = sandbox, batch, limits
        self._parts: dict[int, list[dict[str, Any]]] = {}
        self._size = EXPRESSION_ITEMS_MAX if looks_at_own_item(batch.templates) else max(len(batch.items), 1)
        self.usage = NOTHING_USED

    def row(self, index: int) -> Mapping[str, Any]:
        """Values by template for an item; a template that has none gives its fault."""
        index = min(index, max(len(self._batch.items) - 1, 0))
        part, place = divmod(index, self._size)
        rows = self._parts.get(part)
        if rows is None:
            rows = self._parts[part] = self._evaluated(part * self._size)
        return rows[place] if rows else {}

    def _evaluated(self, start: int) -> list[dict[str, Any]]:
        batch = self._batch
        if len(batch.items) > self._size:
            batch = replace(batch, items=batch.items[start : start + self._size])
        given = self._sandbox.evaluate(batch, self._limits)
        self.usage = self.usage.plus(given.usage)
        rows = [dict(zip(batch.templates, values, strict=True)) for values in given.values]
        for fault in given.faults:
            rows[fault.row][batch.templates[fault.template]] = fault
        return rows


class _Asks(NamedTuple):
    """What the texts of templates, or of code, speak of."""

    parameters: bool
    url: bool
    back: bool  # at earlier steps
    own_item: bool


def _asks_of(templates: tuple[str, ...]) -> _Asks:
    """Remembered for short texts only, so that long ones are not held."""
    short = sum(map(len, templates)) <= TEMPLATE_KEPT_CHARACTERS_MAX
    return _known_asks(templates) if short else _asks_in("\n".join(templates))


@lru_cache(maxsize=TEMPLATES_KEPT_MAX)
def _known_asks(templates: tuple[str, ...]) -> _Asks:
    return _asks_in("\n".join(templates))


def _asks_in(text: str) -> _Asks:
    return _Asks(
        any(word in text for word in _ASKS_FOR_PARAMETERS),
        any(word in text for word in _ASKS_FOR_URL),
        any(word in text for word in _LOOKS_BACK),
        "random" not in text and set(_WORD.findall(text)) <= _OWN_WORDS,
    )


def looks_at_own_item(templates: Sequence[str]) -> bool:
    """Whether no template can tell which other items there are, nor draws anything by chance."""
    return _asks_of(tuple(templates)).own_item


def sandbox_limits(limits: Limits, timeout_ms: int) -> SandboxLimits:
    """What one evaluation may use."""
    return SandboxLimits(
        memory_bytes=limits.sandbox_memory_bytes_max,
        deadline_ms=min(limits.sandbox_deadline_ms, timeout_ms),
        output_bytes=limits.step_output_bytes_max,
        input_bytes=limits.step_output_bytes_max,
    )


class Around:
    """What expressions of an execution may name whichever step they are in; made anew for another policy."""

    def __init__(
        self, plan: Plan, started: ExecutionStarted, execution: str, environment: Mapping[str, str]
    ) -> None:
        self._plan, self._started, self._execution = plan, started, execution
        self._environment = environment  # the node's
        self._policy: Policy | None = None
        self._made: dict[str, Any] = {}

    def of(self, policy: Policy) -> dict[str, Any]:
        """``workflow``, ``execution``, ``vars``, and of the environment what the policy lists."""
        if policy is not self._policy:
            started, node = self._started, self._environment
            self._made = {
                "workflow": {
                    "id": started.flow,
                    "name": self._plan.flow.name,
                    "active": started.mode == "production",
                },
                "execution": {"id": self._execution, "mode": started.mode},
                "vars": dict(started.variables),
                "env": {name: node[name] for name in policy.environment if name in node},
            }
            self._policy = policy
        return self._made


def batch_of(
    plan: Plan,
    state: ExecutionState,
    task: Task,
    templates: Sequence[str],
    inputs: PortItems,
    items: ItemStore,
    *,
    around: Mapping[str, Any],
    determinism: Determinism,
    resume_url: Callable[[], str],
) -> ExpressionBatch:
    """Templates and everything they may name: what is ``around``, of :class:`Around`, and what is the step's.
    What earlier steps gave is handed in only where a template's text speaks of them."""
    step = plan.step(task.step)
    first = next(iter(inputs.values()), [])
    context: dict[str, Any] = {
        "node": step.title,
        "run": max(task.run, 0),
        "source": [_place(plan, source) for sources in task.inputs.values() for source in sources[:1]],
        **around,
    }
    if len(inputs) > 1:
        context["inputs"] = list(inputs.values())
    if state.custom:
        context["execution"] = {**context["execution"], "custom": dict(state.custom)}
    asks = _asks_of(tuple(templates))
    if asks.parameters:
        context["parameter"] = _parameters(plan, step)
    if asks.url:
        context["execution"] = {**context["execution"], "resumeUrl": resume_url()}
    if asks.back:
        context["nodes"] = _nodes(plan, state, items, "\n".join(templates), task)
    return ExpressionBatch(templates, first, determinism, context)


def _nodes(plan: Plan, state: ExecutionState, items: ItemStore, text: str, task: Task) -> dict[str, Any]:
    """Steps by title (and by id, where no other has it as title): those the text names, and those
    that paired items lead through."""
    wanted = {step.id for step in plan.flow.steps if step.id in text or (step.name and step.name in text)}
    if _ANY_STEP.search(text):
        wanted = {step.id for step in plan.flow.steps}
    if wanted and any(word in text for word in _TRACES):
        wanted |= _behind(state, task)
    nodes: dict[str, Any] = {}
    for step in plan.flow.steps:
        if step.id in wanted:
            node = {
                "runs": _runs(plan, state, items, step.id),
                "params": _parameters(plan, step),
                "context": dict(state.memory.get(step.id, {}).get("context", {})),
            }
            nodes[step.title] = node
            nodes.setdefault(step.id, node)
    return nodes


def _parameters(plan: Plan, step: Step) -> dict[str, Any]:
    """As expressions see them: as they were where the flow came from, if it says so, else as they are."""
    original = plan.flow.extra.get("parameters", {})
    return dict(original.get(step.id, step.parameters))


def _behind(state: ExecutionState, task: Task) -> set[str]:
    """Steps from which the task's items came, however far back."""
    found: set[str] = set()
    todo = [source for sources in task.inputs.values() for source in sources]
    while todo:
        source = todo.pop()
        if source.step and source.step not in found:
            found.add(source.step)
            for run in state.runs.get(source.step, {}).values():
                todo.extend(back for sources in run.inputs.values() for back in sources)
    return found


def _runs(plan: Plan, state: ExecutionState, items: ItemStore, step: str) -> list[dict[str, Any]]:
    ports = [*plan.ports[step].outputs, FAILURE]
    subnet = state.started.subnet
    runs = []
    for _, run in sorted(state.runs.get(step, {}).items()):
        outputs = [items.load(subnet, run.outputs[port]) if port in run.outputs else [] for port in ports]
        source = [_place(plan, sources[0]) for sources in run.inputs.values() if sources]
        runs.append({"outputs": outputs, "source": source})
    return runs


def _place(plan: Plan, source: Source) -> dict[str, Any] | None:
    if not source.step:
        return None
    ports = [*plan.ports[source.step].outputs, FAILURE]
    output = ports.index(source.port) if source.port in ports else 0
    return {"node": plan.step(source.step).title, "output": output, "run": source.run}
