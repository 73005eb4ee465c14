"""May an execution start? All four stages over the flow, its version, its starter and its items."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.errors import UnknownObject
from engine.execution.gate import concerned
from engine.flow.plan import Plan
from engine.ports.access_store import Principal
from engine.ports.step_catalogue import Item
from engine.usecases.world import World
from engine.validation.code_gate import check_flow
from engine.validation.operation import Entry, Hash, Kind, Operation, Signature
from engine.validation.risk import Circumstances


def admit_start(
    world: World,
    actor: Principal,
    flow: str,
    *,
    version: str | None,
    mode: str,
    items: Sequence[Item],
    outside: bool = False,
    circumstances: Circumstances | None = None,
) -> Plan:
    """The plan of the version to run; raises the error of the stage that refuses the start.

    What there is to know is looked up first and judged in the order of the stages: who may not start a
    flow does not learn whether it exists. ``outside``: somebody without a token asks, such as the caller
    of a webhook, under these ``circumstances``.
    """
    entry = _entry(world, actor.subnet, flow, version, mode)
    plan = _plan(world, actor.subnet, entry.version)
    purpose, persons = concerned(plan.flow, lambda: items) if plan is not None else ("", ())
    operation = Operation(
        kind=Kind.EXTERNAL_EVENT if outside else Kind.FLOW_EXECUTION,
        actor=actor.id,
        subnet=actor.subnet,
        action="flow.start",
        resource=f"flows/{flow}",
        scopes=actor.scopes,
        purpose=purpose,
        data_subjects=persons,
        permissions=plan.flow.metadata.required_permissions if plan is not None else (),
        hashes=(Hash("the flow version", entry.version, plan.version),) if plan is not None else (),
        signatures=_signatures(world, actor.subnet, plan),
        involved=(("flow", flow), ("code", entry.version), ("node", world.node)),
        entry=entry if plan is not None or not entry.in_force or entry.archived else Entry(registered=False),
        acts=False,
        metadata={"mode": mode, "circumstances": circumstances},
    )
    world.trust.pipeline.admit(operation)
    assert plan is not None, "Qindex refuses what has no plan"
    check_flow(plan.version, world.node, world.policy.of(actor.subnet))
    return plan


def _signatures(world: World, subnet: str, plan: Plan | None) -> tuple[Signature, ...]:
    if plan is None:
        return ()
    return world.vouchers.of(subnet, plan.version, unsigned=world.policy.of(subnet).unsigned_flows)


def _entry(world: World, subnet: str, flow: str, version: str | None, mode: str) -> Entry:
    if version:
        return Entry(version=version)
    try:
        record = world.flows.record(subnet, flow)
    except UnknownObject:
        return Entry(registered=False)
    if mode != "production":
        return Entry(archived=record.archived, version=record.revision)
    return Entry(archived=record.archived, in_force=bool(record.published), version=record.published)


def _plan(world: World, subnet: str, version: str) -> Plan | None:
    if not version:
        return None
    try:
        return world.plans.get(subnet, version)
    except UnknownObject:
        return None
