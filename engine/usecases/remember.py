"""Remember what somebody did, in the audit trail."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from engine.base.errors import NodeFailure
from engine.ports.access_store import Principal
from engine.ports.audit_trail import AuditEvent
from engine.usecases.world import World

log = logging.getLogger("qflow.audit")


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
    """Record that it was done, before its result is handed out; raises :class:`NodeFailure` where it cannot
    be recorded, and then nothing may be handed out."""
    world.audit.record([_event(world, actor, category, action, resource, execution, details)])


def remember_done(
    world: World,
    actor: Principal,
    category: str,
    action: str,
    resource: str,
    *,
    execution: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Record an act that is committed already: it does not fail because the record does.

    An event that cannot be recorded goes whole into the log ``qflow.audit`` as an error and is counted in
    the measure ``audit_unrecorded``.
    """
    event = _event(world, actor, category, action, resource, execution, details)
    try:
        world.audit.record([event])
    except NodeFailure as error:
        log.error("done, and not in the audit trail (%s): %s", error, _told(event))
        world.metrics.count("audit_unrecorded", category=category)


def _event(
    world: World,
    actor: Principal,
    category: str,
    action: str,
    resource: str,
    execution: str,
    details: Mapping[str, Any] | None,
) -> AuditEvent:
    id, now_us = world.new_id("aud"), world.clock.now_us()
    return AuditEvent(
        id, actor.subnet, now_us, category, action, actor.id, resource, execution, details=details or {}
    )


def _told(event: AuditEvent) -> str:
    """One line; control characters are escaped."""
    names = ("id", "subnet", "at_us", "category", "action", "actor", "resource", "execution", "details")
    return json.dumps({name: getattr(event, name) for name in names}, default=dict)
