"""From a finding to the error that callers see."""

from __future__ import annotations

from engine.base.errors import (
    CorruptData,
    NotGenuine,
    PermissionDenied,
    PermissionExpired,
    PolicyViolation,
    QflowError,
    Quarantined,
    ResourceExhausted,
    RiskTooHigh,
    SubnetSuspended,
    UnknownObject,
    WrongState,
)
from engine.validation.operation import Finding, Stage

_BY_CODE: dict[str, type[QflowError]] = {
    "signature_missing": PolicyViolation,
    "permission_expired": PermissionExpired,
    "consent_expired": PermissionExpired,
    "unknown": UnknownObject,
    "archived": WrongState,
    "not_published": WrongState,
    "quarantined": Quarantined,
    "subnet_suspended": SubnetSuspended,
    "throttled": ResourceExhausted,
    "risk_too_high": RiskTooHigh,
    "integrity": CorruptData,
}
_BY_STAGE: dict[Stage, type[QflowError]] = {
    Stage.QLOCK: NotGenuine,
    Stage.QONSENT: PermissionDenied,
    Stage.QINDEX: WrongState,
    Stage.QERBEROS: PolicyViolation,
}


def error_of(finding: Finding) -> QflowError:
    """The error of a finding; ``details["finding"]`` carries it whole."""
    kind = _BY_CODE.get(finding.code, _BY_STAGE[finding.stage])
    return kind(finding.message, finding=finding.as_json(), **finding.details)
