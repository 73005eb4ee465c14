"""Qerberos: is it safe now? Quarantine, integrity of what goes in, the risk of what comes from outside."""

from __future__ import annotations

from collections.abc import Callable

from engine.ports.quarantine import Contained, Quarantine
from engine.validation.containment import Containment, Subject, refusal
from engine.validation.operation import Cleared, Finding, Hash, Kind, Known, Operation, Stage
from engine.validation.risk import Assessment

Assess = Callable[[Operation], Assessment]
Throttled = Callable[[str, str], int]
"""Of subnet and actor: milliseconds for which they must wait, 0 for go on."""

STOPPED_BY_SUSPENSION = (Kind.FLOW_EXECUTION, Kind.STEP_EXECUTION, Kind.EXTERNAL_EVENT, Kind.MODULE_CALL)
"""What a suspended subnet does no more; its members may still look at what is there, and change it."""


class Qerberos:
    """The stage. ``assess`` scores what comes from outside; ``throttled`` slows down who misbehaved."""

    def __init__(
        self,
        containment: Containment,
        assess: Assess = lambda operation: Assessment(),
        throttled: Throttled = lambda subnet, actor: 0,
    ) -> None:
        self._containment, self._assess, self._throttled = containment, assess, throttled

    def __call__(self, given: Known) -> Cleared | Finding:
        operation = given.permitted.genuine.operation
        found = self._contained(operation) or self._too_fast(operation) or _altered(operation)
        if found is not None:
            return found
        if operation.kind != Kind.EXTERNAL_EVENT:
            return Cleared(given)
        assessment = self._assess(operation)
        if assessment.refused:
            return _dangerous(operation, assessment)
        return Cleared(given, _warnings(operation, assessment))

    def _contained(self, operation: Operation) -> Finding | None:
        subjects: list[Subject] = [(Contained.IDENTITY, operation.actor)]
        subjects += [(Contained(kind), name) for kind, name in operation.involved]
        if operation.kind in STOPPED_BY_SUSPENSION:
            subjects.insert(0, (Contained.SUBNET, operation.subnet))
        stay = self._containment.find(operation.subnet, subjects, fresh=operation.acts)
        if stay is None:
            return None
        if stay.kind is Contained.SUBNET:
            return _suspended(operation, stay)
        return Finding(
            Stage.QERBEROS,
            "quarantined",
            f"{operation.action} on {operation.resource}",
            refusal(stay).message,
            "ask an administrator",
            details={"kind": str(stay.kind), "subject": stay.subject, "quarantine": stay.id},
        )

    def _too_fast(self, operation: Operation) -> Finding | None:
        if operation.kind == Kind.STEP_EXECUTION:  # what has begun is not slowed down, but may be contained
            return None
        wait_ms = self._throttled(operation.subnet, operation.actor)
        if not wait_ms:
            return None
        what, why = f"{operation.action} on {operation.resource}", "too many checks of this actor failed"
        remedy = f"try again in {wait_ms} ms"
        details = {"retry_after_ms": wait_ms}
        return Finding(Stage.QERBEROS, "throttled", what, why, remedy, waits=True, details=details)


def _suspended(operation: Operation, stay: Quarantine) -> Finding:
    """What runs pauses until the subnet is resumed."""
    why = f"the subnet {operation.subnet!r} is suspended: {stay.reason}"
    remedy = "try again when the keeper of the node has resumed it"
    return Finding(Stage.QERBEROS, "subnet_suspended", operation.resource, why, remedy, waits=True)


def altered(what: str, content: Hash) -> Finding:
    """The finding for data that is not what the journal holds."""
    why = f"{content.what} hashes to {content.actual}, and the journal holds {content.announced}"
    remedy = "verify the execution, and start it again from a checkpoint before the change"
    return Finding(Stage.QERBEROS, "integrity", what, why, remedy)


def _altered(operation: Operation) -> Finding | None:
    for content in operation.contents:
        if content.announced != content.actual:
            return altered(operation.resource, content)
    return None


def _dangerous(operation: Operation, assessment: Assessment) -> Finding:
    return Finding(
        Stage.QERBEROS,
        "risk_too_high",
        f"{operation.action} on {operation.resource}",
        f"its risk is {assessment.score} of 100: {'; '.join(assessment.reasons)}",
        "sign the event, send it less often, or let an administrator raise the threshold",
        details={"score": assessment.score, "reasons": list(assessment.reasons)},
    )


def _warnings(operation: Operation, assessment: Assessment) -> tuple[Finding, ...]:
    if not assessment.remarkable:
        return ()
    why = f"its risk is {assessment.score} of 100: {'; '.join(assessment.reasons)}"
    return (Finding(Stage.QERBEROS, "risk_raised", operation.resource, why, "watch its source"),)
