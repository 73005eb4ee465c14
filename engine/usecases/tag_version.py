"""Give a version of a flow a name, or take the name away; both are remembered in the audit trail."""

from __future__ import annotations

import re

from engine.base.errors import InvalidInput, Problem, UnknownObject
from engine.ports.access_store import Principal
from engine.usecases.get_flow import DRAFT, PUBLISHED, view
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.world import World

_TAG = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,47}\Z")


def tag_version(world: World, actor: Principal, flow_id: str, version: str, tag: str) -> None:
    """Name a version; the name moves here if another version had it.

    Raises :class:`InvalidInput` for a name that could be taken for something else, and
    :class:`UnknownObject`.
    """
    require(world, actor, "flows:write", f"flows/{flow_id}")
    if not _TAG.match(tag) or tag in (DRAFT, PUBLISHED):
        problem = Problem(
            "tag",
            "must start with a letter, hold letters, digits, '.', '_', '-', at most 48, and not be "
            f"{DRAFT!r} or {PUBLISHED!r}",
            "invalid_tag",
        )
        raise InvalidInput(f"{tag[:64]!r} cannot be the name of a version", [problem])
    cid = view(world, actor.subnet, flow_id, version).flow.version
    world.flows.tag(actor.subnet, flow_id, cid, tag)
    world.index.remove(actor.subnet, "version", [cid])  # it is found by its new name from the next look on
    remember_done(world, actor, "change", "flow.tag", flow_id, details={"tag": tag, "version": cid})


def untag_version(world: World, actor: Principal, flow_id: str, tag: str) -> None:
    """Take a name away from the version that has it; raises :class:`UnknownObject`."""
    require(world, actor, "flows:write", f"flows/{flow_id}")
    cid = world.flows.untag(actor.subnet, flow_id, tag)
    if cid is None:
        hint = "its history lists the names"
        raise UnknownObject(f"no version of flow {flow_id!r} is called {tag[:64]!r}; {hint}")
    world.index.remove(actor.subnet, "version", [cid])
    remember_done(world, actor, "change", "flow.untag", flow_id, details={"tag": tag, "version": cid})
