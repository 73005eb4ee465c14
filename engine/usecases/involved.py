"""Executions by the code that they involve: stopped where it was forbidden, counted where it is used."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from engine.base.errors import UnknownObject
from engine.base.ids import derived
from engine.base.limits import HALTED_LOOKED_AT_MAX, USES_LOOKED_AT_MAX
from engine.execution.bindings import codes_in
from engine.ports.access_store import Principal
from engine.ports.journal_store import ExecutionQuery, Header, Posted
from engine.ports.quarantine import Contained, Quarantine
from engine.usecases.permission import require
from engine.usecases.world import World

_LIVE = ("running", "waiting", "paused")
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Uses:
    """How many of the newest executions of a subnet ran a flow version that names some code, and the newest
    of those. ``all``: whether every execution was looked at."""

    count: int
    all: bool
    last: Header | None


class _Versions:
    """What flow versions of a subnet name, each worked out once."""

    def __init__(self, world: World, subnet: str) -> None:
        self._world, self._subnet = world, subnet
        self._known: dict[str, frozenset[str]] = {}

    def of(self, version: str) -> frozenset[str]:
        """The CIDs of a flow version and of the code and modules that its steps name."""
        if version not in self._known:
            self._known[version] = self._named(version)
        return self._known[version]

    def _named(self, version: str) -> frozenset[str]:
        world = self._world
        try:
            flow = world.plans.get(self._subnet, version).flow
        except UnknownObject:
            return frozenset()
        codes = (cid for step in flow.steps for _, cid in codes_in(world.catalogue.get(step.type), step))
        return frozenset({version, *codes})


def uses_of(world: World, actor: Principal, cids: Collection[str]) -> Uses:
    """The executions of the actor's subnet whose flow version is, or names, one of these CIDs."""
    require(world, actor, "executions:read", "executions")
    versions, wanted = _Versions(world, actor.subnet), frozenset(cids)
    looked_at, count, last = 0, 0, None
    for page in _newest(world, actor.subnet, None, USES_LOOKED_AT_MAX):
        looked_at += len(page)
        found = [one for one in page if versions.of(one.version) & wanted]
        count, last = count + len(found), last or next(iter(found), None)
    return Uses(count, looked_at < USES_LOOKED_AT_MAX, last)


def contain(world: World, actor: Principal, cids: Collection[str], reason: str, until_us: int) -> int:
    """Stop code and flow versions in the actor's subnet on this node at once, whatever its policy says: they
    are quarantined until a time, and executions that involve them aborted; gives how many were."""
    now_us = world.clock.now_us()
    for cid in cids:
        id = world.new_id("qua")
        world.containment.place(
            Quarantine(id, actor.subnet, Contained.CODE, cid, reason, actor.id, now_us, until_us)
        )
    return halt(world, actor.subnet, cids)


def halt(world: World, subnet: str, cids: Collection[str]) -> int:
    """Abort every execution of a subnet that involves one of these flow versions or pieces of code, now;
    gives how many."""
    halted, versions, wanted = 0, _Versions(world, subnet), frozenset(cids)
    for status in _LIVE if cids else ():
        for page in _newest(world, subnet, status, HALTED_LOOKED_AT_MAX):
            found = [(one.id, versions.of(one.version) & wanted) for one in page]
            signals = [_abort(execution, involved) for execution, involved in found if involved]
            for fresh in world.journal.post_all(signals):
                world.waker.ring(fresh.execution)
                halted += 1
    return halted


def _abort(execution: str, involved: Collection[str]) -> Posted:
    """The same for whoever posts it, so that it counts once."""
    reason = {"reason": "a guardian of the subnet stopped code that it runs"}
    signal = derived("sig", "stopped", execution, *sorted(involved))
    return Posted(signal, execution, "abort", reason, "system")


def _newest(world: World, subnet: str, status: str | None, most: int) -> Iterator[Sequence[Header]]:
    """Pages of headers."""
    before: str | None = None
    seen = 0
    while seen < most:
        page = world.journal.list(
            ExecutionQuery(subnet, status=status, before=before, limit=min(_PAGE, most - seen))
        )
        yield page
        seen += len(page)
        if len(page) < _PAGE:
            return
        before = page[-1].id
