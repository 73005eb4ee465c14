"""What follows from a command: ``decide(dao, command, now_us)`` gives facts or raises; it changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.api import InvalidInput, WrongState
from governance.domain import commands as c
from governance.domain.charter import charter_of
from governance.domain.deciding_members import delegate, invite, join, leave, undelegate
from governance.domain.deciding_policy import adopt_policy, advise, prepare_policy, sign_policy, stop
from governance.domain.deciding_proposals import cancel, check, comment, draft, report, review, submit
from governance.domain.deciding_time import advance
from governance.domain.deciding_votes import reveal, vote
from governance.domain.facts import Fact, Founded
from governance.domain.limits import MEMBERS_MAX, NAME_CHARACTERS_MAX
from governance.domain.members import check_proof, check_reviewers, member_of, validators_of
from governance.domain.state import Dao


def decide(dao: Dao, command: c.Command, now_us: int) -> list[Fact]:
    """The facts that a command leads to at a time. Raises :class:`InvalidInput` for what is not well formed,
    :class:`PermissionDenied` for who may not, :class:`WrongState` for what is not possible now."""
    if bool(dao.id) == isinstance(command, c.Found):
        raise WrongState("there is a DAO already" if dao.id else "there is no DAO yet")
    return _DECIDE[type(command)](dao, command, now_us)


def found(dao: Dao, command: c.Found, now_us: int) -> list[Fact]:
    """A DAO begins with its founders, who admit each other."""
    if not 0 < len(command.name) <= NAME_CHARACTERS_MAX or not command.name.isprintable():
        raise InvalidInput(f"a DAO's name has 1 to {NAME_CHARACTERS_MAX} printable characters")
    members = [member_of(one) for one in command.members]
    if not 1 <= len(members) <= MEMBERS_MAX:
        raise InvalidInput(f"a DAO has 1 to {MEMBERS_MAX} founders, not {len(members)}")
    if len({member.identity for member in members}) != len(members):
        raise InvalidInput("a founder is named twice")
    for member in members:
        check_proof(members, member)
    charter = charter_of(command.charter)
    check_reviewers(charter, members)
    plain: list[Mapping[str, Any]] = [member.plain() for member in members]
    validators = validators_of(command.validators).plain()
    policy = dict(command.policy)
    return [Founded(command.subnet, command.name, charter.plain(), plain, validators, policy, command.nonce)]


_DECIDE: Mapping[type, Callable[[Dao, Any, int], list[Fact]]] = {
    c.Found: found,
    c.Invite: invite,
    c.Join: join,
    c.Leave: leave,
    c.Delegate: delegate,
    c.Undelegate: undelegate,
    c.Draft: draft,
    c.Submit: submit,
    c.Check: check,
    c.Report: report,
    c.Review: review,
    c.Comment: comment,
    c.Vote: vote,
    c.Reveal: reveal,
    c.Cancel: cancel,
    c.Stop: stop,
    c.Advise: advise,
    c.PreparePolicy: prepare_policy,
    c.SignPolicy: sign_policy,
    c.AdoptPolicy: adopt_policy,
    c.Advance: advance,
}
