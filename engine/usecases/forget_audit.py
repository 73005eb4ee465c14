"""Forget what the audit trail no longer keeps."""

from __future__ import annotations

import logging

from engine.base.errors import CorruptData
from engine.base.limits import AUDIT_FORGET_BATCH, AUDIT_RETENTION_DAYS_MIN
from engine.ports.holds import Held
from engine.usecases.manage_holds import kept_events
from engine.usecases.world import World

DAY_US = 86_400 * 1_000_000

log = logging.getLogger("qflow.audit")


def audit_days(world: World, subnet: str) -> int:
    """How long a subnet's events are kept: as its policy says, and never less than
    :data:`AUDIT_RETENTION_DAYS_MIN`."""
    return max(AUDIT_RETENTION_DAYS_MIN, world.policy.of(subnet).limits.audit_retention_days)


def forget_audit(world: World) -> bool:
    """Delete a batch of each subnet's events that are too old; whether that was all there is to do."""
    done = True
    for subnet in world.access.subnets():
        try:
            before_us = world.clock.now_us() - audit_days(world, subnet.id) * DAY_US
        except CorruptData as error:  # nothing of it is forgotten, and others' time goes on
            log.error("no event of subnet %s is forgotten: %s", subnet.id, error)
            continue
        forgotten = world.audit.forget(
            subnet.id, before_us, AUDIT_FORGET_BATCH, kept_events(world, subnet.id)
        )
        _forget_reports(world, subnet.id, before_us)
        done = done and forgotten < AUDIT_FORGET_BATCH
    return done


def _forget_reports(world: World, subnet: str, before_us: int) -> None:
    """Reports go with the events they were made of; while a hold on a time is in force, none does."""
    if any(hold.kind is Held.RANGE for hold in world.holds.in_force(subnet)):
        return
    for run in world.reports.forget(subnet, before_us):
        world.blocks.drop(subnet, run.cid)
