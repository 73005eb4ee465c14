"""DAOs at work: commands are decided, signed, stored and told; time does its work; policies follow.

The state of a DAO is kept in memory and grows with its log; a lock guards it, and whoever changes the log
elsewhere is seen with the next look.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from engine.api import Kind, Principal, StaleRevision, World, require
from engine.api.governing import Signed, record_act, sign_as_node, tell
from governance.domain import commands as c
from governance.domain.decide import decide
from governance.domain.deciding_time import next_us
from governance.domain.facts import Fact
from governance.domain.log import CONTEXT, SignedEntry, extend, next_entry
from governance.domain.state import Dao
from governance.store import Known, logs

ATTEMPTS_MAX = 20
ADVANCES_MAX = 1_000
NODE = "node"
"""The actor of what the node does by itself."""

_KEPT_MAX = 200


@dataclass
class _Kept:
    """A DAO's state in memory."""

    dao: Dao = field(default_factory=Dao)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def refresh(self, id: str) -> None:
        """Take what was added to the log meanwhile."""
        for entry in logs().entries(id, self.dao.sequence):
            extend(self.dao, entry.content)


_kept: dict[str, _Kept] = {}
_lock = threading.Lock()


def forget() -> None:
    """Forget what is in memory; for tests, and after a fork."""
    with _lock:
        _kept.clear()


@contextmanager
def reading(world: World, subnet: str) -> Iterator[Dao]:
    """The state of a subnet's DAO as it is now, for as long as the body lasts; not to be changed.

    Raises :class:`UnknownObject` where the subnet has none.
    """
    with holding(logs().of_subnet(subnet).id) as dao:
        advance(world, dao)
        yield dao


@contextmanager
def holding(id: str) -> Iterator[Dao]:
    """The newest state of a DAO by its id, which nobody else in this process changes meanwhile."""
    with _lock:
        if len(_kept) >= _KEPT_MAX and id not in _kept:
            _kept.clear()
        kept = _kept.setdefault(id, _Kept())
    with kept.lock:
        try:
            kept.refresh(id)
        except Exception:
            _kept.pop(id, None)
            raise
        yield kept.dao


def erase(id: str) -> None:
    """Forget a DAO with its log, here and in the store."""
    with _lock:
        _kept.pop(id, None)
    logs().erase(id)


def found(world: World, actor: Principal, command: c.Found) -> str:
    """Begin a DAO in the actor's subnet; gives its id. Only its administrators may."""
    require(world, actor, "admin", "dao", "dao.found", Kind.GOVERNANCE_ACTION)
    now_us = world.clock.now_us()
    facts = decide(Dao(), command, now_us)
    entry = _signed(world, next_entry(Dao(), facts, now_us, command.actor).encoded())
    logs().create(Known(entry.cid, command.subnet, command.name, now_us), entry)
    record_act(world, actor, "dao.found", entry.cid, {"name": command.name})
    _tell(world, command.subnet, entry.cid, facts)
    return entry.cid


def act(world: World, actor: Principal, command: c.Command, resource: str = "") -> list[Fact]:
    """Carry out a member's command in the DAO of the actor's subnet; gives what it led to."""
    require(world, actor, "dao:vote", "dao", "dao.vote", Kind.GOVERNANCE_ACTION)
    with holding(logs().of_subnet(actor.subnet).id) as dao:
        advance(world, dao)
        facts = perform(world, dao, command)
        name = type(command).__name__.lower()
        record_act(world, actor, f"dao.{name}", resource or dao.id, {"dao": dao.id})
        advance(world, dao)
    return facts


def advance(world: World, dao: Dao) -> None:
    """Let time do what is due."""
    for _ in range(ADVANCES_MAX):
        due = next_us(dao)
        if due is None or world.clock.now_us() < due or not perform(world, dao, c.Advance(NODE)):
            return


def perform(world: World, dao: Dao, command: c.Command) -> list[Fact]:
    """Decide, write it down, and tell; whoever was faster is taken into account first."""
    for _ in range(ATTEMPTS_MAX):
        now_us = max(world.clock.now_us(), dao.at_us)
        facts = decide(dao, command, now_us)
        if not facts:
            return []
        entry = _signed(world, next_entry(dao, facts, now_us, command.actor).encoded())
        try:
            logs().append(dao.id, dao.sequence + 1, entry)
        except StaleRevision:
            for other in logs().entries(dao.id, dao.sequence):
                extend(dao, other.content)
            continue
        extend(dao, entry.content)
        _tell(world, dao.subnet, dao.id, facts)
        return facts
    raise StaleRevision("too many others change this DAO; try again", dao=dao.id)


def _signed(world: World, content: bytes) -> SignedEntry:
    signed: Signed = sign_as_node(world, CONTEXT + content)
    return SignedEntry(content, signed.identity, signed.key, signed.signature)


def _tell(world: World, subnet: str, dao: str, facts: Sequence[Fact]) -> None:
    for fact in facts:
        tell(world, subnet, event_type(fact), {"dao": dao, "subnet": subnet, **_told(fact)})


def event_type(fact: Fact) -> str:
    """The type of the CloudEvent that tells of a fact."""
    return f"q.qflow.dao.{fact.TYPE.removeprefix('dao.')}.v1"


def _told(fact: Fact) -> dict[str, Any]:
    """The short parts of a fact; a ballot's voter, never its choice."""
    plain = fact.plain()
    told = {name: value for name, value in plain.items() if isinstance(value, str | int | bool)}
    if "ballot" in plain:
        told["voter"] = plain["ballot"]["voter"]
    return {name: value for name, value in told.items() if name != "type"}
