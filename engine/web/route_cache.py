"""The webhook routes in force, kept in memory and read again when the store's revision has grown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

from engine.base.errors import QflowError
from engine.flow.model import Flow, Step
from engine.ports.flow_store import ActiveTrigger, FlowRecord, Registration
from engine.ports.step_catalogue import TriggerType
from engine.usecases.publish_flow import WEBHOOK
from engine.usecases.world import World
from engine.web.pool import pool
from engine.web.routes import RouteTable

FRESH_US = 50_000
"""How long a table is used without asking the store for its revision."""

_changes = 0


def routes_changed() -> None:
    """Something was published or unpublished in this process: the next request looks again."""
    global _changes
    _changes += 1


class PublishedRoutes:
    """Routes of published flows, of all subnets."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._table = RouteTable(())
        self._revision: int | None = None
        self._checked_us: int | None = None
        self._seen_changes = _changes
        self._lock = threading.Lock()

    async def table(self, *, look_again: bool = False) -> RouteTable:
        """The table; ``look_again`` asks the store even if that was done a moment ago."""
        if look_again or self._stale():
            await pool().run(self._refresh)
        return self._table

    def _stale(self) -> bool:
        if self._checked_us is None or self._seen_changes != _changes:
            return True
        return self._world.clock.monotonic_us() - self._checked_us > FRESH_US

    def _refresh(self) -> None:
        with self._lock:
            self._seen_changes = _changes
            revision = self._world.flows.routes_revision()
            if revision != self._revision:
                self._table = RouteTable(self._world.flows.triggers("webhook"))
                self._revision = revision
            self._checked_us = self._world.clock.monotonic_us()


class DraftRoutes:
    """Routes of the newest drafts, for test calls; a flow that was not saved since is not read again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[tuple[str, str], tuple[str, list[ActiveTrigger]]] = {}
        self._lock = threading.Lock()

    async def table(self) -> RouteTable:
        """The table as of now."""
        return await pool().run(self._read)

    def _read(self) -> RouteTable:
        with self._lock:
            known = {}
            for record in self._records():
                key = (record.subnet, record.id)
                before = self._known.get(key)
                fresh = before is not None and before[0] == record.revision
                known[key] = before if before and fresh else (record.revision, self._triggers(record))
            self._known = known
            return RouteTable(trigger for _, triggers in known.values() for trigger in triggers)

    def _records(self) -> Iterator[FlowRecord]:
        for subnet in self._world.access.subnets():
            after: str | None = None
            while page := self._world.flows.list(subnet.id, limit=200, after=after):
                yield from page
                after = page[-1].id

    def _triggers(self, record: FlowRecord) -> list[ActiveTrigger]:
        flow = self._world.flows.version(record.subnet, record.revision)
        found = webhook_triggers(self._world, flow)
        return [ActiveTrigger(record.subnet, record.id, record.revision, r) for r in found]


def webhook_triggers(world: World, flow: Flow) -> Iterator[Registration]:
    """Registrations of a flow's webhook steps; those with wrong parameters are left out."""
    for step in flow.steps:
        try:
            kind = world.catalogue.get(step.type)
            found = kind.registration(_with_path(flow, step)) if isinstance(kind, TriggerType) else None
        except QflowError:
            continue
        if found is not None and found.kind == "webhook" and not step.disabled:
            yield found


def _with_path(flow: Flow, step: Step) -> Step:
    """A webhook without a path answers at the flow's id, as publishing says."""
    if step.type != WEBHOOK or step.parameters.get("path"):
        return step
    return replace(step, parameters={**step.parameters, "path": flow.id})
