"""Read a flow, in any of its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.base.errors import UnknownObject
from engine.flow.dump import definition_of
from engine.flow.model import Flow
from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowRecord, FlowSignature
from engine.usecases.permission import require
from engine.usecases.world import World

DRAFT, PUBLISHED = "draft", "published"


@dataclass(frozen=True, slots=True)
class FlowView:
    """A flow's record and the version of it that was asked for."""

    record: FlowRecord
    flow: Flow
    signatures: Sequence[FlowSignature] = ()

    def definition(self) -> dict[str, Any]:
        """The version as a definition, in the format it was written in."""
        return definition_of(self.flow)


def get_flow(world: World, actor: Principal, flow_id: str, version: str = DRAFT) -> FlowView:
    """The flow in a version: ``draft`` (the newest), ``published``, a CID, a number or a tag.

    Raises :class:`UnknownObject`.
    """
    require(world, actor, "flows:read", f"flows/{flow_id}")
    return view(world, actor.subnet, flow_id, version)


def view(world: World, subnet: str, flow_id: str, version: str = DRAFT) -> FlowView:
    """Like :func:`get_flow`, for use-cases that checked the permission."""
    record = world.flows.record(subnet, flow_id)
    cid = _cid(world, record, version)
    return FlowView(record, world.flows.version(subnet, cid), world.flows.signatures(subnet, cid))


def _cid(world: World, record: FlowRecord, version: str) -> str:
    if version == DRAFT:
        return record.revision
    if version == PUBLISHED and record.published:
        return record.published
    for entry in world.flows.history(record.subnet, record.id):
        if version in (entry.version, str(entry.number), *entry.tags):
            return entry.version
    hint = "its versions are listed in its history"
    raise UnknownObject(f"flow {record.id!r} has no version {version!r}; {hint}")
