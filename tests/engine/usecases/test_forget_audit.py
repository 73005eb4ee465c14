"""How long the audit trail keeps what it recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.base.limits import AUDIT_RETENTION_DAYS_MIN
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.usecases import forget_audit as module
from engine.usecases.forget_audit import DAY_US, audit_days, forget_audit
from engine.usecases.keeper import Keeper
from engine.usecases.world import World


def keep_for(world: World, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    of = world.policy.of
    shorter = lambda subnet: replace(  # noqa: E731
        of(subnet), limits=replace(of(subnet).limits, audit_retention_days=days)
    )
    monkeypatch.setattr(world.policy, "of", shorter)


def record(world: World, *days_ago: int) -> None:
    now_us = world.clock.now_us()
    world.access.ensure_personal_subnet(now_us)
    world.audit.record(
        [
            AuditEvent(f"aud_{days:05}_{n}", "personal", now_us - days * DAY_US - 1, "change", "flow.publish")
            for n, days in enumerate(days_ago)
        ]
    )


def left(world: World) -> int:
    return len(world.audit.search(AuditQuery("personal", action="flow.publish", limit=1_000)))


def test_the_keeper_forgets_what_is_too_old(world: World) -> None:
    days = world.limits.audit_retention_days
    record(world, days, days - 1, 0)
    Keeper(world).sweep()
    assert left(world) == 2


def test_no_policy_hides_what_was_done_lately(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_for(world, 0, monkeypatch)
    record(world, AUDIT_RETENTION_DAYS_MIN, AUDIT_RETENTION_DAYS_MIN - 1, 0)
    assert audit_days(world, "personal") == AUDIT_RETENTION_DAYS_MIN
    assert forget_audit(world)
    assert left(world) == 2


def test_a_batch_is_forgotten_in_a_sweep_until_all_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AUDIT_FORGET_BATCH", 3)
    record(world, *[2_000] * 7)
    keeper, seen = Keeper(world), []
    for _ in range(3):
        keeper.sweep()
        seen.append(left(world))
    assert seen == [4, 1, 0]
