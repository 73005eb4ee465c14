"""A world for the use-cases of flows, with two people of one subnet and one of another."""

from __future__ import annotations

from typing import Any

from engine.base.limits import Limits
from engine.ports.access_store import Principal
from engine.ports.policy import Policy
from engine.steps.registry import Registry
from engine.testing.clock import FakeClock, SeededEntropy
from engine.testing.memory_audit import MemoryAuditTrail
from engine.testing.memory_case_runs import MemoryCaseRuns
from engine.testing.memory_flow_store import MemoryFlowStore
from engine.testing.memory_index import MemoryIndex
from engine.testing.memory_journal import MemoryJournal
from engine.testing.observers import RecordingNotifier
from engine.testing.trust import open_trust
from engine.usecases.world import World

ALICE = Principal("alice", "Alice", "personal", frozenset({"flows:read", "flows:write"}))
BOB = Principal("bob", "Bob", "personal", frozenset({"flows:read"}))
CHARLIE = Principal("charlie", "Charlie", "other", frozenset({"flows:read", "flows:write"}))


class OnePolicy:
    """The same rules for every subnet."""

    def __init__(self, **rules: Any) -> None:
        self.rules = rules

    def of(self, subnet: str) -> Policy:
        return Policy(subnet, **self.rules)


def make_world(**rules: Any) -> World:
    """Only what the use-cases of flows ask for; anything else is missing on purpose."""
    missing = dict.fromkeys(World.__dataclass_fields__)
    flows = MemoryFlowStore()
    parts: dict[str, Any] = {
        **missing,
        "clock": FakeClock(),
        "entropy": SeededEntropy(0),
        "audit": MemoryAuditTrail(),
        "flows": flows,
        "case_runs": MemoryCaseRuns(),
        "index": MemoryIndex(flows, MemoryJournal()),
        "notifier": RecordingNotifier(),
        "catalogue": Registry(),
        "policy": OnePolicy(**rules),
        "limits": Limits(page_size_max=3),
        "timezone": "Europe/Berlin",
    }
    parts["trust"] = open_trust(parts["clock"])
    return World(**parts)


def definition(flow_id: str = "f", **more: Any) -> dict[str, Any]:
    return {"id": flow_id, "steps": [{"id": "a", "type": "data.set"}], **more}


def with_trigger(flow_id: str, *triggers: dict[str, Any]) -> dict[str, Any]:
    listed = [{"id": f"t{number}", **trigger} for number, trigger in enumerate(triggers)]
    return {"id": flow_id, "steps": [*listed, {"id": "a", "type": "data.set"}]}
