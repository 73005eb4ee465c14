"""Compare two versions of a flow."""

from __future__ import annotations

from engine.flow.diff import FlowDiff, diff_flows
from engine.ports.access_store import Principal
from engine.usecases.get_flow import DRAFT, PUBLISHED, view
from engine.usecases.permission import require
from engine.usecases.world import World


def diff_versions(
    world: World, actor: Principal, flow_id: str, before: str = PUBLISHED, after: str = DRAFT
) -> FlowDiff:
    """What changed from one version to another, each named as in :func:`~.get_flow.get_flow`.

    Raises :class:`UnknownObject`.
    """
    require(world, actor, "flows:read", f"flows/{flow_id}")
    old = view(world, actor.subnet, flow_id, before)
    new = view(world, actor.subnet, flow_id, after)
    return diff_flows(old.flow, new.flow)
