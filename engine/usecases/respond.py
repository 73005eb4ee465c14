"""What is done about an anomaly: it is recorded and told, and contained where that is asked for."""

from __future__ import annotations

import logging
from typing import Any

from engine.base.errors import QflowError
from engine.ports.quarantine import PLACED_EVENT, Contained, Quarantine
from engine.ports.validation_log import ANOMALY_EVENT, ValidationRecord
from engine.usecases.control_execution import post_signal
from engine.usecases.world import World
from engine.validation.anomalies import Anomaly

log = logging.getLogger("qflow.anomaly")

FOUND_BY = "qerberos"


def respond(world: World, anomaly: Anomaly) -> None:
    """Record, tell, contain. An execution is paused where the policy of its subnet says
    ``anomalies: halt``; an actor whose checks keep failing is quarantined for a while.

    Never raises: an alarm that cannot be raised does not stop what raised it.
    """
    try:
        _record(world, anomaly)
        if anomaly.identity:
            _quarantine(world, anomaly)
        elif anomaly.execution and world.policy.of(anomaly.subnet).anomalies == "halt":
            reason = {"reason": anomaly.finding.message}
            post_signal(world, anomaly.execution, "pause", reason, FOUND_BY)
    except QflowError as error:
        log.warning("an anomaly could not be dealt with: %s", error)


def _record(world: World, anomaly: Anomaly) -> None:
    now_us, finding = world.clock.now_us(), anomaly.finding
    record = ValidationRecord(
        id=world.new_id("val"),
        subnet=anomaly.subnet,
        kind="anomaly",
        actor=anomaly.actor,
        action="watch",
        resource=f"flows/{anomaly.flow}" if anomaly.flow else "*",
        passed=True,
        from_us=now_us,
        until_us=now_us,
        execution=anomaly.execution,
        stage=str(finding.stage),
        code=finding.code,
        finding=finding.as_json(),
    )
    world.trust.log.record([record])
    world.metrics.count("anomalies", kind=finding.code)
    told: dict[str, Any] = {"subnet": anomaly.subnet, "finding": finding.as_json()}
    told |= {"flowId": anomaly.flow, "executionId": anomaly.execution, "actor": anomaly.actor}
    world.notifier.event(anomaly.subnet, ANOMALY_EVENT, told)


def _quarantine(world: World, anomaly: Anomaly) -> None:
    now_us = world.trust.now_us()
    stay = Quarantine(
        id=world.new_id("qua"),
        subnet=anomaly.subnet,
        kind=Contained.IDENTITY,
        subject=anomaly.identity,
        reason=anomaly.finding.why,
        by=FOUND_BY,
        since_us=now_us,
        until_us=now_us + world.trust.watch.rules.quarantine_us,
    )
    if world.containment.place(stay):
        told = {"quarantine": stay.id, "kind": str(stay.kind), "subject": stay.subject, "reason": stay.reason}
        world.notifier.event(anomaly.subnet, PLACED_EVENT, told)
