"""What every decision asks first: who is a member, and which proposal is meant."""

from __future__ import annotations

from engine.api import PermissionDenied, UnknownObject, WrongState
from governance.domain.members import Member
from governance.domain.state import Dao, Proposal, Template
from governance.domain.words import Role, Stage


def member(dao: Dao, identity: str) -> Member:
    """A member of the DAO; raises :class:`PermissionDenied` for anybody else."""
    found = dao.members.get(identity)
    if found is None:
        raise PermissionDenied(f"{identity or 'nobody'} is no member of {dao.name}", identity=identity)
    return found


def with_role(dao: Dao, identity: str, role: Role) -> Member:
    """A member that has a role; raises :class:`PermissionDenied`."""
    found = member(dao, identity)
    if role not in found.roles:
        raise PermissionDenied(f"{found.name} is no {role} of {dao.name}", identity=identity)
    return found


def proposal(dao: Dao, id: str) -> Proposal:
    """One of the DAO's proposals; raises :class:`UnknownObject`."""
    found = dao.proposals.get(id)
    if found is None:
        raise UnknownObject(f"there is no proposal {id[:100]!r} in {dao.name}")
    return found


def proposal_in(dao: Dao, id: str, *stages: Stage) -> Proposal:
    """One that is in one of these stages; raises :class:`WrongState`."""
    found = proposal(dao, id)
    if found.stage not in stages:
        wanted = " or ".join(stages)
        raise WrongState(f"proposal {id} is {found.stage}; this takes {wanted}", stage=str(found.stage))
    return found


def own_proposal(dao: Dao, id: str, actor: str) -> Proposal:
    """One that the actor made; raises :class:`PermissionDenied`."""
    found = proposal(dao, id)
    if found.author != actor:
        raise PermissionDenied(f"only the author of proposal {id} may do this", identity=actor)
    return found


def template(dao: Dao, cid: str) -> Template:
    """A template that was approved at some time; raises :class:`UnknownObject`."""
    found = dao.templates.get(cid)
    if found is None:
        raise UnknownObject(f"there is no template {cid[:100]!r} in {dao.name}")
    return found
