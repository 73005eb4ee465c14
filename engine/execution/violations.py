"""Violations of the sandbox are told and counted, and what repeats them goes into quarantine."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.base.errors import DatabaseUnavailable, SandboxViolation
from engine.base.ids import ulid
from engine.base.limits import AUDIT_TEXT_CHARACTERS_MAX, STAYS_SEARCHED_MAX
from engine.execution.guest_meter import GuestMeter
from engine.ports.clock import Clock, Entropy
from engine.ports.metrics import Metrics
from engine.ports.notifier import Notifier
from engine.ports.policy import Policy
from engine.ports.quarantine import PLACED_EVENT, Contained, Quarantine
from engine.ports.violations import VIOLATION_EVENT, Violation, ViolationStore
from engine.validation.containment import Containment

log = logging.getLogger("qflow.sandbox")

FOUND_BY = "sandbox"
"""Who places what this module places into quarantine."""
NOT_COUNTED = frozenset({"input", "input_bytes"})
"""Limits that data crosses, not code: told, but by themselves no reason for quarantine."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where guest code ran."""

    flow: str
    execution: str
    step: str
    run: int
    attempt: int
    actor: str


class Violations:
    """One in a process; thread-safe."""

    def __init__(
        self,
        store: ViolationStore,
        containment: Containment,
        notifier: Notifier,
        metrics: Metrics,
        clock: Clock,
        entropy: Entropy,
        cores: int = 1,
    ) -> None:
        self.store, self.containment = store, containment
        self.meter = GuestMeter(notifier, metrics, clock, cores)
        self._notifier, self._metrics = notifier, metrics
        self._clock, self._entropy = clock, entropy
        self._combined: dict[str, tuple[Policy, Policy]] = {}  # by subnet: a policy, and with quarantine

    def admit(self, policy: Policy, flow: str) -> Policy:
        """The policy for a step of a flow, with the code that is in quarantine.

        Raises :class:`Quarantined` where the flow itself is.
        """
        if not self.containment.any(policy.subnet):
            return policy
        self.containment.check(policy.subnet, Contained.FLOW, flow)
        return self.with_quarantine(policy)

    def with_quarantine(self, policy: Policy) -> Policy:
        """The policy with the code that is in quarantine."""
        codes = self.containment.held(policy.subnet, Contained.CODE)
        if not codes:
            return policy
        plain, combined = self._combined.get(policy.subnet, (None, policy))
        if plain is not policy or combined.quarantined != codes:
            combined = replace(policy, quarantined=codes)
            self._combined[policy.subnet] = (policy, combined)
        return combined

    def record(self, place: Place, policy: Policy, error: SandboxViolation) -> None:
        """Keep, tell and count a violation; whatever repeats it too often goes into quarantine."""
        violation = self._violation(place, policy.subnet, error)
        self._metrics.count("sandbox_violations", limit=violation.limit)
        try:
            self.store.record(violation)
            counts = self._counts(violation, policy)
            self._notifier.event(violation.subnet, VIOLATION_EVENT, violation_data(violation, counts))
            self._contain(violation, policy, counts)
        except DatabaseUnavailable as away:
            log.warning("a violation of the sandbox could not be recorded: %s", away)

    def _violation(self, place: Place, subnet: str, error: SandboxViolation) -> Violation:
        now_us = self._clock.now_us()
        return Violation(
            id=ulid("vio", now_us, self._entropy.bytes(10)),
            subnet=subnet,
            flow=place.flow,
            execution=place.execution,
            step=place.step,
            run=place.run,
            attempt=place.attempt,
            actor=place.actor,
            code=str(error.details.get("code_cid", "")),
            limit=str(error.details.get("limit", "")),
            message=error.message[:AUDIT_TEXT_CHARACTERS_MAX],
            at_us=now_us,
        )

    def _counts(self, violation: Violation, policy: Policy) -> dict[str, int]:
        """How often actor, flow and code did so lately, this time included; what came before the end of
        a quarantine no longer counts."""
        subnet, begin_us = violation.subnet, violation.at_us - policy.limits.violation_window_ms * 1_000
        stays = self.containment.history(subnet, STAYS_SEARCHED_MAX)
        lifted_us = {stay.subject: stay.lifted_us or 0 for stay in reversed(stays)}
        counts = {}
        for by in ("actor", "flow", "code"):
            if subject := getattr(violation, by):
                since_us = max(begin_us, lifted_us.get(subject, 0))
                counts[by] = self.store.count(subnet, by, subject, since_us)
        return counts

    def _contain(self, violation: Violation, policy: Policy, counts: Mapping[str, int]) -> None:
        if violation.limit in NOT_COUNTED:
            return
        limits = policy.limits
        if counts.get("code", 0) >= limits.code_violations_max:
            self._place(violation, Contained.CODE, violation.code, counts["code"])
        if counts.get("flow", 0) >= limits.flow_violations_max:
            self._place(violation, Contained.FLOW, violation.flow, counts["flow"])

    def _place(self, violation: Violation, kind: Contained, subject: str, count: int) -> None:
        reason = f"{count} violations of the sandbox's limits, the last one: {violation.message}"
        stay = Quarantine(
            id=ulid("qua", violation.at_us, self._entropy.bytes(10)),
            subnet=violation.subnet,
            kind=kind,
            subject=subject,
            reason=reason,
            by=FOUND_BY,
            since_us=violation.at_us,
        )
        if self.containment.place(stay):
            self._metrics.count("sandbox_quarantines", kind=str(kind))
            self._notifier.event(stay.subnet, PLACED_EVENT, stay_data(stay))
            log.warning("%s %s is in quarantine in subnet %s: %s", kind, subject, stay.subnet, reason)


def violation_data(violation: Violation, counts: Mapping[str, int]) -> dict[str, Any]:
    """The data of a violation's event."""
    return {
        "violationId": violation.id,
        "flowId": violation.flow,
        "executionId": violation.execution,
        "stepId": violation.step,
        "run": violation.run,
        "attempt": violation.attempt,
        "actor": violation.actor,
        "codeCid": violation.code,
        "limit": violation.limit,
        "message": violation.message,
        "counts": dict(counts),
        "atUs": violation.at_us,
    }


def stay_data(stay: Quarantine) -> dict[str, Any]:
    """A stay in quarantine, for events and doors."""
    return {
        "quarantineId": stay.id,
        "kind": str(stay.kind),
        "subject": stay.subject,
        "reason": stay.reason,
        "by": stay.by,
        "sinceUs": stay.since_us,
        "untilUs": stay.until_us,
        "liftedUs": stay.lifted_us,
        "liftedBy": stay.lifted_by,
    }
