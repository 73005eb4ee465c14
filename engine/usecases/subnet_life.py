"""The life of a subnet: it can be suspended, resumed and deleted by who keeps the node.

A suspension is a stay in quarantine whose subject is the subnet itself: Qerberos finds it before anything
starts and before every step. Deleting halts everything first; the keeper of the node then erases the keys
and contents, and leaves the hashes, the proofs and the id.
"""

from __future__ import annotations

import logging

from engine.base.errors import InvalidInput, UnknownObject, WrongState
from engine.base.ids import derived
from engine.base.limits import GRANT_TEXT_CHARACTERS_MAX
from engine.journal.state import Status
from engine.ports.access_store import Principal, Subnet
from engine.ports.journal_store import ExecutionQuery, Header
from engine.ports.policy import PERSONAL
from engine.ports.quarantine import Contained, Quarantine
from engine.usecases.control_execution import post_signal
from engine.usecases.manage_subnets import must_keep_the_node
from engine.usecases.remember import remember
from engine.usecases.renewals import renewed
from engine.usecases.world import World

log = logging.getLogger("qflow.subnets")

SUSPENDED_EVENT = "q.qflow.subnet.suspended.v1"
RESUMED_EVENT = "q.qflow.subnet.resumed.v1"

SETTLE_US = 2_000_000
"""How long a subnet has been ending before it is erased: longer than any process believes that it goes on."""

_LIVE = (Status.PENDING, Status.RUNNING, Status.WAITING, Status.PAUSED)
_BATCH = 250


def suspension(world: World, subnet: str) -> Quarantine | None:
    """The suspension in force, if there is one."""
    return world.containment.find(subnet, ((Contained.SUBNET, subnet),))


def standing(world: World, subnet: Subnet) -> tuple[str, str]:
    """``active``, ``suspended`` or ``deleting``, and why."""
    stay = suspension(world, subnet.id)
    if subnet.ending_us is not None:
        return "deleting", ""
    return ("active", "") if stay is None else ("suspended", stay.reason)


def suspend_subnet(world: World, actor: Principal, id: str, reason: str) -> Subnet:
    """Nothing starts any more, and what runs pauses before its next step, until it is resumed.

    Raises :class:`InvalidInput` without a reason, :class:`WrongState` for the personal subnet.
    """
    subnet = _to_change(world, actor, id)
    if not 0 < len(reason) <= GRANT_TEXT_CHARACTERS_MAX or not reason.isprintable():
        raise InvalidInput(f"tell the reason, in 1 to {GRANT_TEXT_CHARACTERS_MAX} printable characters")
    _place(world, actor, id, reason)
    remember(world, actor, "change", "subnet.suspend", id, details={"reason": reason})
    world.notifier.event(id, SUSPENDED_EVENT, {"subnet": id, "reason": reason})
    return subnet


def resume_subnet(world: World, actor: Principal, id: str) -> Subnet:
    """Let it start again; what was paused goes on. Raises :class:`WrongState` where it is not suspended, or
    is being deleted."""
    subnet = _to_change(world, actor, id)
    if subnet.ending_us is not None:
        raise WrongState(f"subnet {id!r} is being deleted", subnet=id)
    if not world.containment.lift(id, Contained.SUBNET, id, actor.id):
        raise WrongState(f"subnet {id!r} is not suspended", subnet=id)
    remember(world, actor, "change", "subnet.resume", id)
    world.notifier.event(id, RESUMED_EVENT, {"subnet": id})
    renewed(world, id, {"subnet": id, "resumed": True})
    return subnet


def delete_subnet(world: World, actor: Principal, id: str) -> Subnet:
    """Halt everything in it and revoke its tokens, at once; the keeper erases its keys and contents as soon
    as nothing runs any more. Hashes and proofs stay, and the id is never given again.

    Raises :class:`WrongState` while a hold keeps something of it.
    """
    _to_change(world, actor, id)
    held = world.holds.in_force(id)
    if held:
        message = f"subnet {id!r} has evidence on hold ({held[0].id}: {held[0].reason}); release it first"
        raise WrongState(message, subnet=id, hold=held[0].id)
    _place(world, actor, id, "it is being deleted")
    world.access.end_subnet(id, world.clock.now_us())
    remember(world, actor, "change", "subnet.delete", id)
    _halt(world, id)
    return world.access.subnet(id)


def finish_ending(world: World) -> int:
    """Go on with every subnet that is being deleted; gives how many are gone now. May be repeated, and cut
    off at any point."""
    ending = [one for one in world.access.subnets() if one.ending_us is not None]
    return sum(_finish(world, one) for one in ending)


def _finish(world: World, subnet: Subnet) -> bool:
    assert subnet.ending_us is not None
    if _halt(world, subnet.id) or world.clock.now_us() < subnet.ending_us + SETTLE_US:
        return False
    for cid in world.blocks.cids(subnet.id):
        world.blocks.drop(subnet.id, cid)
    world.keys.destroy(subnet.id)
    world.access.erase_subnet(subnet.id, world.clock.now_us())
    log.info("subnet %s is deleted", subnet.id)
    return True


def _halt(world: World, subnet: str) -> int:
    """Abort what has not ended; gives how much that was. The same signal twice changes nothing."""
    alive = [header for status in _LIVE for header in _in_state(world, subnet, status)]
    for header in alive:
        if header.status is Status.PENDING:
            world.journal.leave_lane(header.id)
        signal = derived("sig", header.id, "subnet deleted")
        post_signal(world, header.id, "abort", {"reason": "its subnet is deleted"}, "system", signal)
    return len(alive)


def _in_state(world: World, subnet: str, status: Status) -> list[Header]:
    return list(world.journal.list(ExecutionQuery(subnet, status=str(status), limit=_BATCH)))


def _place(world: World, actor: Principal, id: str, reason: str) -> None:
    stay = Quarantine(
        id=world.new_id("qua"),
        subnet=id,
        kind=Contained.SUBNET,
        subject=id,
        reason=reason,
        by=actor.id,
        since_us=world.trust.now_us(),
    )
    world.containment.place(stay)


def _to_change(world: World, actor: Principal, id: str) -> Subnet:
    must_keep_the_node(world, actor)
    if id == PERSONAL:
        raise WrongState("the personal subnet keeps the node; it is neither suspended nor deleted")
    if id not in {one.id for one in world.access.subnets()}:
        raise UnknownObject(f"there is no subnet {id!r}", subnet=id)
    return world.access.subnet(id)
