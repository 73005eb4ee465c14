"""Remember what somebody did, in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.ports.access_store import Principal
from engine.ports.audit_trail import AuditEvent
from engine.usecases.world import World


def remember(
    world: World,
    actor: Principal,
    category: str,
    action: str,
    resource: str,
    *,
    execution: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Record that it was done."""
    id, now_us = world.new_id("aud"), world.clock.now_us()
    event = AuditEvent(
        id, actor.subnet, now_us, category, action, actor.id, resource, execution, details=details or {}
    )
    world.audit.record([event])
