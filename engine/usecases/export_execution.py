"""Export an execution as a bundle that stands on its own."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from engine.base.canonical import encode
from engine.flow.canonical import to_canonical
from engine.journal.facts import to_plain
from engine.ports.access_store import Principal
from engine.usecases.permission import own_execution
from engine.usecases.world import World

FORM = "qflow/bundle/1"


def export_execution(world: World, actor: Principal, execution: str) -> dict[str, Any]:
    """The bundle: header, flow version and journal.

    Each entry has its ``sequence``, its ``hash`` (hex), its ``salt`` and its ``payload`` (DAG-CBOR; both
    in base64), so that the chain can be checked without this node.
    """
    header = own_execution(world, actor, execution, "executions:read")
    _, entries = world.journal.load(execution)
    flow = world.flows.version(header.subnet, header.version)
    return {
        "form": FORM,
        "execution": header.id,
        "subnet": header.subnet,
        "flow": header.flow,
        "version": header.version,
        "status": str(header.status),
        "definition": to_canonical(flow),
        "head": header.head,
        "entries": [
            {
                "sequence": entry.sequence,
                "type": entry.fact.TYPE,
                "hash": entry.hash,
                "salt": b64encode(entry.salt).decode("ascii"),
                "payload": b64encode(entry.payload or encode(to_plain(entry.fact))).decode("ascii"),
            }
            for entry in entries
        ],
    }
