"""Give a version of a flow a name."""

from __future__ import annotations

import re

from engine.base.errors import InvalidInput, Problem
from engine.ports.access_store import Principal
from engine.usecases.get_flow import DRAFT, PUBLISHED, view
from engine.usecases.permission import require
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
