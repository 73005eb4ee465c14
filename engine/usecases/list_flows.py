"""List the flows of a subnet."""

from __future__ import annotations

from collections.abc import Sequence

from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowRecord
from engine.usecases.permission import require
from engine.usecases.world import World


def list_flows(
    world: World,
    actor: Principal,
    *,
    tag: str | None = None,
    text: str | None = None,
    archived: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> Sequence[FlowRecord]:
    """A page of flows by id. ``text`` is looked for in id, name and description; ``after`` is the id
    of the page before's last; ``limit`` is cut to ``page_size_max``."""
    require(world, actor, "flows:read")
    size = max(1, min(limit, world.limits.page_size_max))
    return world.flows.list(actor.subnet, tag=tag, text=text, archived=archived, limit=size, after=after)
