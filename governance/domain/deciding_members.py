"""Decisions about members and delegations."""

from __future__ import annotations

from engine.api import InvalidInput, PermissionDenied, WrongState
from governance.domain import commands as c
from governance.domain.asking import member
from governance.domain.delegation import Delegation, check_delegation
from governance.domain.facts import Delegated, Fact, Invited, Joined, Left, Undelegated
from governance.domain.limits import MEMBERS_MAX
from governance.domain.members import check_proof, member_of
from governance.domain.state import Dao
from governance.domain.words import Role

INVITATION_US_MAX = 90 * 24 * 3600 * 1_000_000


def invite(dao: Dao, command: c.Invite, now_us: int) -> list[Fact]:
    """An invitation by a member suffices where the charter says so; roles beyond voting take a vote."""
    member(dao, command.actor)
    if dao.charter.admission != "invitation":
        raise PermissionDenied("members are voted in here: propose membership")
    invited = member_of(command.member)
    if invited.identity in dao.members:
        raise WrongState(f"{invited.name} is a member already")
    if invited.roles != {Role.MEMBER} or invited.weight != 1:
        raise PermissionDenied("roles and weights are given by vote: invite without, then propose membership")
    if not now_us < command.until_us <= now_us + INVITATION_US_MAX:
        raise InvalidInput("an invitation ends within 90 days from now")
    check_proof(list(dao.members.values()), invited)
    return [Invited(invited.plain(), command.until_us)]


def join(dao: Dao, command: c.Join, now_us: int) -> list[Fact]:
    """Whoever was invited comes in."""
    invitation = dao.invitations.get(command.actor)
    if invitation is None or now_us >= invitation[1]:
        raise PermissionDenied("there is no invitation for this identity, or it has run out; ask for one")
    check_room(dao)
    check_proof(list(dao.members.values()), invitation[0])
    return [Joined(invitation[0].plain())]


def check_room(dao: Dao) -> None:
    """Raise :class:`WrongState` where there are as many members as there can be."""
    if len(dao.members) >= MEMBERS_MAX:
        raise WrongState(f"a DAO has at most {MEMBERS_MAX} members")


def leave(dao: Dao, command: c.Leave, now_us: int) -> list[Fact]:
    """Anybody may go, save the last one."""
    member(dao, command.actor)
    if len(dao.members) == 1:
        raise WrongState("the last member cannot leave; admit somebody first")
    return [Left(command.actor)]


def delegate(dao: Dao, command: c.Delegate, now_us: int) -> list[Fact]:
    """A member lets another one vote; votes that are open already are not touched."""
    member(dao, command.actor)
    member(dao, command.taker)
    new = Delegation(command.actor, command.taker, command.topic, command.until_us)
    check_delegation(dao.delegations, new, now_us)
    return [Delegated(command.actor, command.taker, command.topic, command.until_us)]


def undelegate(dao: Dao, command: c.Undelegate, now_us: int) -> list[Fact]:
    """Take it back."""
    if (command.actor, command.topic) not in dao.delegations:
        raise WrongState(f"nothing is delegated for the topic {command.topic}")
    return [Undelegated(command.actor, command.topic)]
