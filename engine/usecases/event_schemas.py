"""Schemas of events: what data of a type must look like, in a subnet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.base.errors import UnknownObject
from engine.base.limits import EVENT_SCHEMAS_MAX
from engine.ports.access_store import Principal
from engine.ports.ingress import EventSchema
from engine.usecases.permission import require
from engine.usecases.world import World
from engine.validation.event_schemas import check_event, check_schema


def put_event_schema(world: World, actor: Principal, type: str, schema: Any) -> EventSchema:
    """Register a JSON Schema for the data of events of a type; raises :class:`InvalidInput`."""
    require(world, actor, "flows:write")
    made = EventSchema(actor.subnet, type, check_schema(schema), actor.id, world.clock.now_us())
    world.schemas.put(made, EVENT_SCHEMAS_MAX)
    return made


def list_event_schemas(world: World, actor: Principal) -> Sequence[EventSchema]:
    """The subnet's schemas of events, by type."""
    require(world, actor, "flows:read")
    return world.schemas.all(actor.subnet)


def get_event_schema(world: World, actor: Principal, type: str) -> EventSchema:
    """Raises :class:`UnknownObject`."""
    require(world, actor, "flows:read")
    found = world.schemas.get(actor.subnet, type)
    if found is None:
        raise UnknownObject(f"there is no schema for events of type {type!r}")
    return found


def delete_event_schema(world: World, actor: Principal, type: str) -> None:
    """Events of the type may hold anything again; raises :class:`UnknownObject`."""
    require(world, actor, "flows:write")
    if not world.schemas.delete(actor.subnet, type):
        raise UnknownObject(f"there is no schema for events of type {type!r}")


def check_event_data(world: World, subnet: str, type: str, data: Any) -> None:
    """Raises :class:`InvalidInput` with every problem, where a schema is registered for the type."""
    schema = world.schemas.get(subnet, type)
    if schema is not None:
        check_event(schema.content, data, f"events of type {type!r}")
