"""The trail of validations: what was denied is written at once, what passed is counted and written later.

Passed steps need no record each: the journal of their execution names every one of them, and none runs
without the evidence of all stages. A process that dies loses counts of at most one beat of its keeper.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from engine.base.limits import TRAIL_KEYS_MAX
from engine.ports.metrics import Metrics
from engine.ports.validation_log import ValidationLog, ValidationRecord
from engine.validation.operation import Finding, Kind, Operation, Stage, Validation

Key = tuple[str, str, str, str, str, str]
"""Subnet, kind, actor, action, resource, execution."""


@dataclass(slots=True)
class _Passed:
    count: int
    from_us: int
    until_us: int


class Trail:
    """Hears of every validation. ``denied`` is called after a denial was written."""

    def __init__(
        self,
        log: ValidationLog,
        metrics: Metrics,
        now_us: Callable[[], int],
        new_id: Callable[[], str],
        denied: Callable[[Operation, Finding], None] = lambda operation, finding: None,
    ) -> None:
        self._log, self._metrics, self._denied = log, metrics, denied
        self._now_us, self._new_id = now_us, new_id
        self._passed: dict[Key, _Passed] = {}
        self._lock = threading.Lock()

    def __call__(self, outcome: Validation) -> None:
        """One validation; raises :class:`DatabaseUnavailable` where a denial cannot be written."""
        operation = outcome.operation
        if outcome.finding is not None:
            self.refused(operation, outcome.finding)
        elif operation.kind == Kind.STEP_EXECUTION:
            flow = operation.resource.partition("/steps/")[0]
            self.passed(operation.subnet, operation.actor, flow, operation.execution)
        else:
            kind, execution = str(operation.kind), operation.execution
            what = (operation.actor, operation.action, operation.resource)
            self._count((operation.subnet, kind, *what, execution))

    def passed(self, subnet: str, actor: str, flow: str, execution: str) -> None:
        """One more step of an execution."""
        self._count((subnet, "step-execution", actor, "step.run", flow, execution))

    def refused(self, operation: Operation, finding: Finding) -> None:
        """Write a denial down, and tell of it. Who is slowed down only is counted: a flood of refusals
        must not become a flood of records."""
        now_us, stage = self._now_us(), str(finding.stage)
        if finding.code == "throttled":
            self._metrics.count("validations", stage=stage, result="throttled")
            return
        record = ValidationRecord(
            id=self._new_id(),
            subnet=operation.subnet,
            kind=str(operation.kind),
            actor=operation.actor,
            action=operation.action,
            resource=operation.resource,
            passed=False,
            from_us=now_us,
            until_us=now_us,
            operation=operation.id,
            execution=operation.execution,
            stage=stage,
            code=finding.code,
            finding=finding.as_json(),
        )
        self._log.record([record])
        self._metrics.count("validations", stage=stage, result="denied")
        self._denied(operation, finding)

    def _count(self, key: Key) -> None:
        now_us = self._now_us()
        with self._lock:
            passed = self._passed.get(key)
            if passed is not None:
                passed.count += 1
                passed.until_us = now_us
                return
            self._passed[key] = _Passed(1, now_us, now_us)
            full = len(self._passed) > TRAIL_KEYS_MAX
        if full:
            self.flush()

    def flush(self) -> None:
        """Write the counts down; called now and then, and at the end."""
        with self._lock:
            passed, self._passed = self._passed, {}
        if not passed:
            return
        self._log.record([self._summary(key, counted) for key, counted in list(passed.items())])
        count = sum(counted.count for counted in passed.values())
        self._metrics.count("validations", count, stage=str(Stage.QERBEROS), result="passed")

    def _summary(self, key: Key, counted: _Passed) -> ValidationRecord:
        subnet, kind, actor, action, resource, execution = key
        return ValidationRecord(
            id=self._new_id(),
            subnet=subnet,
            kind=kind,
            actor=actor,
            action=action,
            resource=resource,
            passed=True,
            from_us=counted.from_us,
            until_us=counted.until_us,
            count=counted.count,
            execution=execution,
        )
