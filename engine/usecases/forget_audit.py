"""Forget what the audit trail no longer keeps."""

from __future__ import annotations

from engine.base.limits import AUDIT_FORGET_BATCH, AUDIT_RETENTION_DAYS_MIN
from engine.usecases.world import World

DAY_US = 86_400 * 1_000_000


def audit_days(world: World, subnet: str) -> int:
    """How long a subnet's events are kept: as its policy says, and never less than
    :data:`AUDIT_RETENTION_DAYS_MIN`."""
    return max(AUDIT_RETENTION_DAYS_MIN, world.policy.of(subnet).limits.audit_retention_days)


def forget_audit(world: World) -> bool:
    """Delete a batch of each subnet's events that are too old; whether that was all there is to do."""
    done = True
    for subnet in world.access.subnets():
        before_us = world.clock.now_us() - audit_days(world, subnet.id) * DAY_US
        forgotten = world.audit.forget(subnet.id, before_us, AUDIT_FORGET_BATCH)
        done = done and forgotten < AUDIT_FORGET_BATCH
    return done
