"""Making the checks of a proposal anew on this node, and signing what comes of them by its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.api import InvalidInput, PermissionDenied, Principal, World, WrongState
from engine.api.governing import (
    NotGenuine,
    Signed,
    check_statement,
    sign_held,
    validator_of,
    verify_key,
)
from governance.domain.content import cid_of_content
from governance.domain.reproduction import to_sign
from governance.domain.state import Dao, Proposal
from governance.domain.template import cid_of_template
from governance.domain.words import Kind
from governance.scanning import CHECKS, check_templates


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a node found, by check ``{"passed", "report"}``, signed by a key of ``reporter``."""

    reporter: str
    key: str
    reports: Mapping[str, Mapping[str, Any]]
    signature: bytes


def reproduced(world: World, actor: Principal, dao: str, cid: str, content: Mapping[str, Any]) -> CheckReport:
    """The checks of what is proposed in a DAO, here or elsewhere, made on this node and signed by its
    validator's key of the actor's subnet.

    Raises :class:`NotGenuine` where the content is not what its CID names, :class:`InvalidInput` where
    nothing of it can be made anew.
    """
    check_genuine(dao, cid, content)
    return signed(world, actor.subnet, dao, cid, checked(world, actor, content))


def check_genuine(dao: str, cid: str, content: Mapping[str, Any]) -> None:
    """Raise as :func:`reproduced` does."""
    if cid_of_content(content) != cid or content.get("dao") != dao:
        raise NotGenuine("what is proposed is not what its CID names")
    if "build" not in CHECKS.get(Kind(content["kind"]), ()):
        raise InvalidInput("this proposal brings no template that could be made anew")
    if any(cid_of_template(one) != named for named, one in content["templates"].items()):
        raise NotGenuine("a template is not the one that its CID names")


def checked(
    world: World, actor: Principal, content: Mapping[str, Any], go_on: Callable[[], None] = lambda: None
) -> dict[str, dict[str, Any]]:
    """What this node finds, by check. ``go_on`` is called before each part and may raise
    :class:`governance.scanning.OutOfTime`."""
    reports = {}
    for name in CHECKS[Kind(content["kind"])]:
        passed, report = check_templates(world, actor, content["templates"], name, go_on)
        reports[name] = {"passed": passed, "report": report}
    return reports


def signed(
    world: World, subnet: str, dao: str, cid: str, reports: Mapping[str, Mapping[str, Any]]
) -> CheckReport:
    """Reports signed by this node's validator of a subnet."""
    identity, key = validator_of(world, subnet)
    signature = sign_held(world, identity, key, to_sign(dao, cid, identity, reports))
    if signature is None:
        raise WrongState("this node does not hold its validator's key any more")
    return CheckReport(identity, key, reports, signature)


def own_report(world: World, dao: Dao, made: Proposal) -> CheckReport:
    """What this node found in the checks that it made."""
    reports = {name: {"passed": one.passed, "report": dict(one.report)} for name, one in made.checks.items()}
    return signed(world, dao.subnet, dao.id, made.cid, reports)


def check_signature(world: World, dao: Dao, cid: str, report: CheckReport) -> None:
    """Raise :class:`PermissionDenied` unless the reporter signed this: by the key that the DAO names, or as
    a member by any key that it lets act."""
    data = to_sign(dao.id, cid, report.reporter, report.reports)
    if dao.validators.keys.get(report.key) == report.reporter:
        if not verify_key(world, report.key, data, report.signature):
            raise PermissionDenied("the signature is not the validator's over this report")
        return
    mark = Signed(report.reporter, report.key, world.clock.now_us(), report.signature)
    check_statement(world, report.reporter, mark, data)
