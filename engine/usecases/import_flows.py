"""Make flows of another system's export; where a flow of that id is there, a new version of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from engine.base.errors import StaleRevision, UnknownObject
from engine.flow.diff import FlowDiff, diff_flows
from engine.flow.model import Flow
from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowRecord
from engine.ports.importer import Imported
from engine.usecases.manage_credentials import ensure_placeholders, keys_of
from engine.usecases.permission import require
from engine.usecases.publish_flow import publish_flow
from engine.usecases.remember import remember_done
from engine.usecases.sign_flow import sign_flow
from engine.usecases.world import World

N8N = "n8n"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of one workflow. ``action``: created, updated, or unchanged where the newest version
    is the same already; in a dry run, what would become of it. ``diff`` is there for updates."""

    imported: Imported
    action: str
    diff: FlowDiff | None = None
    published: bool = False


def import_flows(
    world: World,
    actor: Principal,
    data: bytes,
    name: str = "",
    *,
    system: str = N8N,
    dry_run: bool = False,
    publish: bool = False,
) -> list[Arrival]:
    """Store every workflow of an export as a flow; ``name`` is the file's name.

    Raises :class:`InvalidInput` where the export cannot be read, :class:`WrongState` where a flow is
    archived.
    """
    require(world, actor, "flows:read" if dry_run else "flows:write")
    limits = world.policy.of(actor.subnet).limits
    found = world.importer(system).read(data, name, world.catalogue, limits)
    return take_in(world, actor, found, dry_run=dry_run, publish=publish)


def take_in(
    world: World, actor: Principal, found: Sequence[Imported], *, dry_run: bool, publish: bool = False
) -> list[Arrival]:
    """Store flows that were read, or say what would become of them. The caller has the permission."""
    arrivals = [_arrival(world, actor, imported, dry_run) for imported in found]
    if not dry_run:
        for imported in found:
            ensure_placeholders(world, actor, keys_of(imported.flow))
            _seed(world, actor, imported.flow)
    if not publish or dry_run:
        return arrivals
    return [_published(world, actor, arrival) for arrival in arrivals]


def _seed(world: World, actor: Principal, flow: Flow) -> None:
    """Give the flow the static data it had where it came from, unless it has some of its own already."""
    for name, value in flow.extra.get("static", {}).items():
        with suppress(StaleRevision):
            world.values.put(actor.subnet, flow.id, f"static:{name}", value, 0, world.clock.now_us())


def _arrival(world: World, actor: Principal, imported: Imported, dry_run: bool) -> Arrival:
    flow = imported.flow
    record = _record(world, actor.subnet, flow.id)
    if record is None:
        if not dry_run:
            world.quotas.flow(actor.subnet)
            world.flows.create(actor.subnet, flow, actor.id, "imported", world.clock.now_us())
            _remember(world, actor, "flow.create", flow)
            sign_flow(world, actor, flow.version)
        return Arrival(imported, "created")
    before = world.flows.version(actor.subnet, record.revision)
    flow = _with_tests(flow, before)
    imported = replace(imported, flow=flow)
    if record.revision == flow.version:
        return Arrival(imported, "unchanged")
    diff = diff_flows(before, flow)
    if not dry_run:
        _save(world, actor, flow, record)
    return Arrival(imported, "updated", diff)


def _with_tests(flow: Flow, before: Flow) -> Flow:
    """The flow with the tests that were written here: the other system knows of none."""
    settings = replace(flow.settings, tests_must_pass=before.settings.tests_must_pass)
    return replace(flow, tests=before.tests, settings=settings)


def _record(world: World, subnet: str, flow_id: str) -> FlowRecord | None:
    try:
        return world.flows.record(subnet, flow_id)
    except UnknownObject:
        return None


def _save(world: World, actor: Principal, flow: Flow, record: FlowRecord) -> None:
    now = world.clock.now_us()
    world.flows.save(actor.subnet, flow, record.revision, actor.id, "imported again", now)
    _remember(world, actor, "flow.update", flow)
    sign_flow(world, actor, flow.version)


def _remember(world: World, actor: Principal, action: str, flow: Flow) -> None:
    remember_done(
        world, actor, "change", action, flow.id, details={"version": flow.version, "imported": True}
    )


def _published(world: World, actor: Principal, arrival: Arrival) -> Arrival:
    publish_flow(world, actor, arrival.imported.flow.id)
    return Arrival(arrival.imported, arrival.action, arrival.diff, published=True)
