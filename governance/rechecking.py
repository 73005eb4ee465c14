"""The second node's part, done by the keeper: proposals of DAOs elsewhere whose checks wait for another node
are fetched from the sources of policies, made anew here, and reported, signed by this node's validator.

What was begun is written down first and never begun again, so that a template that brings the node down
does so once; the same templates in another proposal are not run again. A report that does not arrive is sent
again. What cannot be made is told in the node's log and in a comment on the proposal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from engine.api import (
    InvalidInput,
    NetworkFailure,
    Principal,
    QflowError,
    ResourceExhausted,
    StaleRevision,
    UnknownObject,
    World,
    WrongState,
    cid_of,
)
from engine.api.governing import validator_of
from engine.settings import current
from governance.domain.limits import (
    RECHECK_ATTEMPTS_MAX,
    RECHECK_EVERY_S,
    RECHECK_S_MAX,
    RECHECKS_AT_ONCE_MAX,
)
from governance.elsewhere import Elsewhere, segment
from governance.following import Following, Source
from governance.house import NODE
from governance.models import Recheck
from governance.remote_door import RemoteDoor
from governance.reproducing import CheckReport, check_genuine, checked, signed
from governance.scanning import OutOfTime

log = logging.getLogger("qflow.governance")

LOOKED_AT_MAX = 20
"""Proposals that wait for checks and are looked at in one go."""

LOST_US = 3600 * 1_000_000
"""What was begun so long ago, and came to nothing, ended with the process that did it."""

_LATER = (NetworkFailure, ResourceExhausted)
"""A node that says so may take it later."""

_FAULTS = (QflowError, KeyError, TypeError, ValueError, AttributeError)


class Rechecking(Following):
    """Looks for such proposals where the node is told to."""

    def sweep(self, world: World) -> None:
        """What the keeper does."""
        if current().dao_reproduce == "on":
            super().sweep(world)

    def every_s(self, source: Source) -> int:
        """Seconds between two visits."""
        return max(source.every_seconds, RECHECK_EVERY_S)

    def visit(self, world: World, subnet: str, source: Source) -> None:
        """What is done at a node; raises nothing."""
        try:
            recheck(world, subnet, Elsewhere(source.url, source.token.get_secret_value()))
        except QflowError as error:
            log.error("no checks were made anew for subnet %s from %s: %s", subnet, source.url, error)
        except Exception:
            log.exception("no checks were made anew for subnet %s from %s", subnet, source.url)


def recheck(world: World, subnet: str, node: Elsewhere) -> int:
    """Make and report what waits at a node, as much as is done in one go; gives for how many proposals."""
    _give_up_lost(world, subnet)
    done = 0
    for asked in _waiting(world, subnet, node):
        row = _claimed(world, subnet, asked)
        if row is not None:
            _make(world, row, asked)
            done += 1
        if done >= RECHECKS_AT_ONCE_MAX:
            break
    _bring(world, subnet, node)
    return done


def _give_up_lost(world: World, subnet: str) -> None:
    lost = Recheck.objects.filter(subnet=subnet, state="begun", begun_us__lt=world.clock.now_us() - LOST_US)
    lost.update(state="failed", error="the node stopped while it made them")


# --- what waits -------------------------------------------------------------------------------------


def _waiting(world: World, subnet: str, node: Elsewhere) -> Iterator[dict[str, Any]]:
    """The proposals there that wait for another node's report and were never begun here."""
    try:
        known = node.get("/dao")
        base = f"/dao/{segment(known[0]['id'])}/proposals" if known else ""
        lines = node.get(base, stage="checks") if base else []
        for line in lines[:LOOKED_AT_MAX]:
            if not Recheck.objects.filter(subnet=subnet, cid=line["cid"]).exists():
                asked = node.get(f"{base}/{segment(line['id'])}")
                if _asks_for_us(world, subnet, asked, line):
                    yield {"dao": known[0]["id"], **{name: asked[name] for name in ("id", "cid", "content")}}
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InvalidInput(f"{node.url} does not give proposals as a Qflow node does") from error


def _asks_for_us(world: World, subnet: str, asked: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    """Whether its own node has reported, and fewer have than its rule asks for, this one not among them."""
    identity, _ = validator_of(world, subnet)
    reporters = [one["reporter"] for one in asked["reports"]]
    enough = len(reporters) >= (asked["rule"] or {}).get("reports", 1)
    same = (asked["id"], asked["cid"]) == (line["id"], line["cid"])
    return same and bool(reporters) and not enough and identity not in reporters


def _claimed(world: World, subnet: str, asked: Mapping[str, Any]) -> Recheck | None:
    """The row that says who does it; None where somebody else was faster."""
    names = {"dao": asked["dao"], "proposal": asked["id"], "cid": asked["cid"]}
    if not all(isinstance(one, str) and len(one) <= 64 for one in names.values()):
        raise InvalidInput("what waits for checks is not named as proposals are")
    try:
        with transaction.atomic():
            made: Recheck = Recheck.objects.create(subnet=subnet, begun_us=world.clock.now_us(), **names)
            return made
    except IntegrityError:
        return None


# --- making -----------------------------------------------------------------------------------------


def _make(world: World, row: Recheck, asked: Mapping[str, Any]) -> None:
    try:
        check_genuine(row.dao, row.cid, asked["content"])
        row.templates = cid_of(sorted(asked["content"]["templates"]))
        row.reports, row.state = _reports(world, row, asked["content"]), "made"
    except OutOfTime:
        _failed(row, f"they take longer than {RECHECK_S_MAX} seconds here")
    except _FAULTS as error:
        _failed(row, getattr(error, "message", "") or "what is proposed is not formed as proposals are")
    row.save()


def _reports(world: World, row: Recheck, content: Mapping[str, Any]) -> dict[str, Any]:
    """What this node finds, or found when the same templates were proposed before."""
    before = Recheck.objects.filter(subnet=row.subnet, templates=row.templates, state__in=("made", "sent"))
    known = before.first()
    if known is not None:
        return dict(known.reports)
    actor = Principal(NODE, "node", row.subnet, frozenset({"admin"}))
    return checked(world, actor, content, _patience(world))


def _patience(world: World) -> Callable[[], None]:
    until_us = world.clock.monotonic_us() + RECHECK_S_MAX * 1_000_000

    def go_on() -> None:
        if world.clock.monotonic_us() >= until_us:
            raise OutOfTime

    return go_on


def _failed(row: Recheck, why: str) -> None:
    row.state, row.error = "failed", why[:500]
    log.error("the checks of proposal %s of DAO %s were not made anew: %s", row.proposal, row.dao, row.error)


# --- bringing it there ------------------------------------------------------------------------------


def _bring(world: World, subnet: str, node: Elsewhere) -> None:
    """Send the reports that were not sent yet, and tell what failed."""
    open_ones = Recheck.objects.filter(subnet=subnet, state__in=("made", "failed"))
    for row in open_ones.filter(attempts__lt=RECHECK_ATTEMPTS_MAX).order_by("pk")[:LOOKED_AT_MAX]:
        row.attempts += 1
        try:
            if row.state == "made":
                _report(world, node, row)
            if row.state == "failed":
                _tell(world, node, row)
        except _LATER as error:
            log.error("proposal %s of DAO %s could not be answered: %s", row.proposal, row.dao, error)
        row.save()


def _report(world: World, node: Elsewhere, row: Recheck) -> None:
    try:
        found: CheckReport = signed(world, row.subnet, row.dao, row.cid, row.reports)
        RemoteDoor(node, row.subnet).report(row.proposal, found)
        row.state = "sent"
    except _LATER:
        raise
    except (WrongState, StaleRevision, UnknownObject) as error:  # others were faster, or it was taken back
        log.info("proposal %s of DAO %s needs no report any more: %s", row.proposal, row.dao, error)
        row.state = "told"
    except QflowError as error:
        _failed(row, f"the report was not taken: {error.message}")


def _tell(world: World, node: Elsewhere, row: Recheck) -> None:
    """Say on the proposal what failed. Where even that is refused, the log has it."""
    text = f"Node {world.node} did not make the checks anew: {row.error}"
    try:
        RemoteDoor(node, row.subnet).comment(row.proposal, text, {})
    except _LATER:
        raise
    except QflowError as error:
        log.error("proposal %s of DAO %s takes no comment: %s", row.proposal, row.dao, error)
    row.state = "told"


RECHECKING = Rechecking()
