"""Before an attempt of a step: what the pipeline is asked, and whether its input is the journal's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.base.canonical import cid_of, cid_of_bytes
from engine.base.limits import DATA_SUBJECTS_MAX
from engine.base.ordered import pack, text_of
from engine.execution.data import Given, ItemStore
from engine.flow.model import Flow
from engine.flow.plan import Plan
from engine.journal.facts import PortData
from engine.journal.state import ExecutionState, Task
from engine.ports.step_catalogue import Item
from engine.validation.operation import Entry, Finding, Hash, Kind, Operation
from engine.validation.qerberos import altered
from engine.validation.step_gate import StepGate, StepKey


def step_finding(
    gate: StepGate,
    plan: Plan,
    state: ExecutionState,
    task: Task,
    execution: str,
    *,
    items: ItemStore,
    node: str,
    acts: bool,
) -> Finding | None:
    """What keeps the attempt from running; None for nothing. Raises what the stores raise."""
    started = state.started
    purpose, persons = concerned(plan.flow, lambda: items.load(started.subnet, started.items))
    key = StepKey(started.subnet, started.actor, started.flow, plan.version, task.step, persons)

    def operation() -> Operation:
        return Operation(
            kind=Kind.STEP_EXECUTION,
            actor=started.actor,
            subnet=started.subnet,
            action="step.run",
            resource=f"flows/{started.flow}/steps/{task.step}",
            id=f"{execution}/{task.step}/{task.run}/{task.attempt}",
            purpose=purpose,
            data_subjects=persons,
            permissions=plan.flow.metadata.required_permissions,
            hashes=(Hash("the flow version", started.version, plan.version),),
            involved=(("flow", started.flow), ("code", plan.version), ("node", node)),
            entry=Entry(version=plan.version),
            execution=execution,
            acts=acts,
            metadata={"type": plan.step(task.step).type},
        )

    return gate.enter(key, execution, operation, acts=acts)


def cleared(gate: StepGate, plan: Plan, state: ExecutionState, items: ItemStore, steps: Sequence[str]) -> int:
    """How many of the steps, from the first, the gate let pass before, with nothing changed since."""
    started = state.started
    _, persons = concerned(plan.flow, lambda: items.load(started.subnet, started.items))
    return gate.cleared(
        started.subnet,
        (StepKey(started.subnet, started.actor, started.flow, plan.version, step, persons) for step in steps),
    )


def input_finding(given: Given, step: str, execution: str) -> Finding | None:
    """Whether the items that go into an attempt are those whose CIDs the journal holds. Blocks are not
    looked at: their store checks them when it reads them."""
    for found in given.values():
        for source, data in found:
            if actual := changed(data):
                where = f"step {source.step!r}" if source.step else "the trigger"
                content = Hash(f"what {where} gave on port {source.port!r}", data.cid, actual)
                return altered(f"step {step!r} of {execution}", content)
    return None


def changed(data: PortData) -> str:
    """The CID that inline items have now, where it is not theirs; else nothing. Older journals name them
    by their canonical form."""
    if data.items is None or (data.text is not None and text_of(data.items) == data.text):
        return ""
    actual = cid_of_bytes(pack(data.items))
    return "" if data.cid in (actual, cid_of(data.items)) else actual


def concerned(flow: Flow, items: Callable[[], Sequence[Item]]) -> tuple[str, tuple[str, ...]]:
    """The purpose a flow declares, and the persons whose data it is about.

    ``policy.consent`` of a flow is ``{"purpose": TEXT, "person": FIELD}``: the dotted field names the person
    in each item that the execution starts with. An item without the field concerns the person ``""``,
    whose consent nobody can have.
    """
    declared = flow.policy.get("consent")
    if declared is None or not isinstance(declared, Mapping):
        return "", ()
    purpose, field = str(declared.get("purpose", "")), str(declared.get("person", ""))
    if not field:
        return purpose, ()
    persons = {_field(item, field) for item in items()}
    if len(persons) > DATA_SUBJECTS_MAX:
        persons = {""}
    return purpose, tuple(sorted(persons))


def _field(item: Item, field: str) -> str:
    value: Any = item.get("json")
    for name in field.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
