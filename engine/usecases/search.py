"""Search a subnet, and keep its index up to date from the flow store and the journals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.base.errors import UnknownObject
from engine.flow.model import Flow
from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowRecord, VersionRecord
from engine.ports.journal_store import Header
from engine.ports.search_index import Indexed, SearchPage
from engine.usecases.permission import require
from engine.usecases.world import World
from engine.validation.search_query import parse_search

LOOK = 2_000
"""How many stale things are looked for at once; it costs a walk over all that ended of late."""

BATCH = 100
"""How many things are indexed in one transaction; whoever writes meanwhile waits for that."""

_SCOPES = {"flow": "flows:read", "version": "flows:read", "template": "flows:read"}


def search(
    world: World,
    actor: Principal,
    text: str,
    *,
    kinds: Sequence[str] = (),
    limit: int = 20,
    after: str = "",
) -> SearchPage:
    """What the text finds in the actor's subnet, of the kinds that the actor may read.

    The language is that of :mod:`engine.validation.search_query`. Raises :class:`InvalidInput`, and
    :class:`PermissionDenied` where the actor may read none of the kinds.
    """
    query = parse_search(text, actor.subnet)
    wanted = tuple(query.kinds) + tuple(kinds)
    allowed = _readable(world, actor, wanted)
    catch_up(world, actor.subnet, 1)
    limit = max(1, min(limit, world.limits.page_size_max))
    return world.index.search(replace(query, kinds=allowed, limit=limit, after=after))


def _readable(world: World, actor: Principal, wanted: tuple[str, ...]) -> tuple[str, ...]:
    kinds = wanted or ("template", "flow", "version", "block", "execution")
    allowed = tuple(kind for kind in kinds if actor.may(_SCOPES.get(kind, "executions:read")))
    for scope in sorted({_SCOPES.get(kind, "executions:read") for kind in allowed or kinds[:1]}):
        require(world, actor, scope)
    return allowed


def rebuild_index(world: World, actor: Principal) -> int:
    """Make the index of the actor's subnet anew; gives how many things are in it."""
    require(world, actor, "admin")
    world.index.clear(actor.subnet)
    return catch_up(world, actor.subnet)


def catch_up(world: World, subnet: str, looks: int | None = None) -> int:
    """Index what changed since it was indexed, after at most so many looks; gives how many things."""
    done = 0
    while looks is None or looks > 0:
        stale = world.index.stale(subnet, LOOK)
        found = sum(_index(world, subnet, stale[at : at + BATCH]) for at in range(0, len(stale), BATCH))
        if not found:
            break
        done += found
        looks = None if looks is None else looks - 1
    return done


def catch_up_all(world: World) -> None:
    """What the keeper does, subnet by subnet."""
    for subnet in world.access.subnets():
        catch_up(world, subnet.id, 1)


def _index(world: World, subnet: str, stale: Sequence[tuple[str, str, str]]) -> int:
    """Index things, each a kind, an id and its flow; gives how many of them still exist."""
    executions = world.journal.headers([id for kind, id, _ in stale if kind == "execution"])
    names = {flow: _name(world, subnet, flow) for flow in {header.flow for header in executions}}
    found = [execution_entry(header, names[header.flow]) for header in executions]
    of_flows = [_entry(world, subnet, *each) for each in stale if each[0] != "execution"]
    found += [entry for entry in of_flows if entry is not None]
    world.index.put(found)
    return len(found)


def _entry(world: World, subnet: str, kind: str, id: str, flow: str) -> Indexed | None:
    """How a flow or a version is indexed; None where it is gone by now."""
    try:
        record = world.flows.record(subnet, flow)
        if kind == "flow":
            return flow_entry(record, world.flows.version(subnet, record.revision))
        found = [each for each in world.flows.history(subnet, flow) if each.version == id]
        return version_entry(record, found[0]) if found else None
    except UnknownObject:
        return None


def _name(world: World, subnet: str, flow: str) -> str:
    try:
        return world.flows.record(subnet, flow).name
    except UnknownObject:
        return flow  # executions outlive their flow


def flow_entry(record: FlowRecord, flow: Flow) -> Indexed:
    """A flow is found by its name, id, description, tags, and its steps' names and types."""
    steps = " ".join(f"{step.title} {step.type}" for step in flow.steps)
    return Indexed(
        record.subnet,
        "flow",
        record.id,
        record.name,
        f"{record.description} {steps}",
        flow=record.id,
        tags=record.tags,
        category=record.category,
        archived=record.archived,
        attributes={
            "owner": record.owner,
            "visibility": record.visibility,
            "published": "yes" if record.published else "no",
        },
        at_us=record.updated_us,
        stamp_us=record.updated_us,
    )


def version_entry(record: FlowRecord, version: VersionRecord) -> Indexed:
    """A version is found by its CID, its flow's name, its message and its tags."""
    return Indexed(
        record.subnet,
        "version",
        version.version,
        record.name,
        f"{record.id} {version.message}",
        flow=record.id,
        tags=version.tags,
        archived=record.archived,
        attributes={"author": version.author, "number": str(version.number)},
        at_us=version.created_us,
        stamp_us=version.created_us,
    )


def execution_entry(header: Header, flow_name: str) -> Indexed:
    """An execution is found by its id, its flow's name, and how it stands; never by its data."""
    attributes = {
        "status": str(header.status),
        "trigger": header.trigger_type,
        "mode": header.mode,
        "actor": header.actor,
        "version": header.version,
        **({"error": str(header.error.get("code", ""))} if header.error else {}),
    }
    return Indexed(
        header.subnet,
        "execution",
        header.id,
        flow_name,
        header.flow,
        flow=header.flow,
        attributes=attributes,
        custom=header.custom or {},
        at_us=header.created_us,
        stamp_us=header.updated_us,
        ended_us=header.ended_us or 0,
    )
