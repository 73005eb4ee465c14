"""Every error of the engine, in one tree.

::

    QflowError
    ├── InvalidInput            validation_error      400   (carries all problems at once)
    │   └── UnknownObject       validation_error      404
    ├── StaleRevision           validation_error      409
    ├── WrongState              validation_error      409
    │   └── CallReplayed        validation_error      409   a signed webhook call came twice
    ├── Unauthenticated         permission_denied     401
    │   └── CallRefused         permission_denied     401   a webhook call did not prove who makes it
    ├── NotGenuine              validation_error      422   a hash or signature is not what was announced
    ├── PermissionDenied        permission_denied     403
    │   ├── PermissionExpired   permission_denied     403   a grant or consent ran out; it can be renewed
    │   ├── CapabilityDenied    permission_denied     403   a step's capability token does not allow this
    │   ├── AddressRefused      permission_denied     403   a webhook does not hear this address
    │   └── CallerRefused       permission_denied     403   a webhook does not hear this page or crawler
    ├── PolicyViolation         dao_policy_violation  403
    │   ├── RiskTooHigh         dao_policy_violation  403   an event from outside looks too dangerous
    │   ├── EgressDenied        dao_policy_violation  403   a step may not connect there
    │   ├── Quarantined         dao_policy_violation  403   until an administrator lifts it
    │   └── SubnetSuspended     dao_policy_violation  503   until the keeper of the node resumes it
    ├── ResourceExhausted       resource_exhausted    429
    │   ├── PayloadTooLarge     resource_exhausted    413
    │   └── QuotaExceeded       resource_exhausted    429   the subnet has used up what its policy gives it
    ├── StepFailure             execution_error       a step said no
    │   └── ExpressionFailed    execution_error       an expression in {{ }} raised an error
    ├── SandboxViolation        resource_exhausted    guest code crossed a limit and was stopped
    ├── TimedOut                timeout_error
    ├── NetworkFailure          network_error
    │   └── CircuitOpen         network_error         the target failed too often; not asked for a while
    ├── NodeFailure             node_failure
    │   ├── LeaseLost           node_failure          another worker owns the execution now
    │   └── DatabaseUnavailable node_failure          locked, gone or full; may work again soon
    ├── JournalConflict         execution_error       a second writer was refused
    ├── ContentErased           execution_error  410  erased for good; only hashes and proofs are left
    ├── KeyMissing              execution_error       this node has not got the key that opens it
    └── CorruptData             execution_error       stored bytes do not match their hash
        └── SealBroken          execution_error       sealed bytes were changed, or belong elsewhere

    StepCancelled (BaseException)                     so that no ``except Exception`` can eat it

The error types are the eight of the reference's ``ErrorType``; ``code`` is stable and finer.
The first line of a class docstring is its default message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar


class ErrorType(StrEnum):
    """The error types of the reference (``ErrorType``)."""

    VALIDATION_ERROR = "validation_error"  # the request or flow is not well formed
    EXECUTION_ERROR = "execution_error"  # a step or the engine failed while running
    NODE_FAILURE = "node_failure"  # a node or worker died or lost its lease
    NETWORK_ERROR = "network_error"  # the other side could not be reached
    PERMISSION_DENIED = "permission_denied"  # the actor may not do this
    RESOURCE_EXHAUSTED = "resource_exhausted"  # a limit was reached
    TIMEOUT_ERROR = "timeout_error"  # it took longer than allowed
    DAO_POLICY_VIOLATION = "dao_policy_violation"  # the subnet's policy forbids it


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: what, where, and how to mend it.

    ``path`` is a JSON pointer-like path (``steps[2].params.url``); ``line`` is 1-based, if known.
    """

    path: str
    message: str
    code: str = "invalid"
    line: int | None = None
    hint: str | None = None
    severity: str = "error"  # or "incomplete": a draft may have it; or "warning"

    def as_json(self) -> dict[str, Any]:
        """Render for REST and ``--json`` output, leaving out what is unknown."""
        fields = {
            "path": self.path,
            "message": self.message,
            "code": self.code,
            "line": self.line,
            "hint": self.hint,
            "severity": self.severity,
        }
        return {key: value for key, value in fields.items() if value is not None}

    def __str__(self) -> str:
        where = f"{self.path} (line {self.line})" if self.line else self.path
        return f"{where}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class QflowError(Exception):
    """Something went wrong in Qflow."""

    type: ClassVar[ErrorType] = ErrorType.EXECUTION_ERROR
    code: ClassVar[str] = "qflow_error"
    http_status: ClassVar[int] = 500
    retryable: bool = False

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        self.details: dict[str, Any] = details
        super().__init__(self.message)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.message, self.details, self.__dict__))


def _rebuild(
    cls: type[QflowError], message: str, details: dict[str, Any], attributes: dict[str, Any]
) -> QflowError:
    error = cls.__new__(cls)
    Exception.__init__(error, message)
    error.__dict__.update(attributes)
    error.message, error.details = message, details
    return error


class InvalidInput(QflowError):
    """The input is not valid."""

    type = ErrorType.VALIDATION_ERROR
    code = "invalid_input"
    http_status = 400

    def __init__(self, message: str | None = None, problems: Sequence[Problem] = (), **details: Any) -> None:
        super().__init__(message, **details)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {problem}" for problem in self.problems)])


class UnknownObject(InvalidInput):
    """There is no such object here."""

    code = "not_found"
    http_status = 404


class StaleRevision(QflowError):
    """Someone saved a newer revision first; load it and apply your change again."""

    type = ErrorType.VALIDATION_ERROR
    code = "stale_revision"
    http_status = 409


class WrongState(QflowError):
    """The object is in a state that does not allow this."""

    type = ErrorType.VALIDATION_ERROR
    code = "wrong_state"
    http_status = 409


class CallReplayed(WrongState):
    """This signed call was accepted before; a second one changes nothing."""

    code = "call_replayed"


class Unauthenticated(QflowError):
    """A valid bearer token is needed; make one with: qflow token create."""

    type = ErrorType.PERMISSION_DENIED
    code = "unauthenticated"
    http_status = 401


class NotGenuine(QflowError):
    """It is not what its hash or signature says."""

    type = ErrorType.VALIDATION_ERROR
    code = "not_genuine"
    http_status = 422


class CallRefused(Unauthenticated):
    """The call does not prove who makes it; ``details["reason"]`` says what is wrong."""

    code = "call_refused"


class PermissionDenied(QflowError):
    """The actor may not do this."""

    type = ErrorType.PERMISSION_DENIED
    code = "permission_denied"
    http_status = 403


class PermissionExpired(PermissionDenied):
    """The permission has expired; it can be renewed."""

    code = "permission_expired"


class CapabilityDenied(PermissionDenied):
    """The step's capability token does not allow this."""

    code = "capability_denied"


class AddressRefused(PermissionDenied):
    """Calls from this address are not accepted."""

    code = "address_refused"


class CallerRefused(PermissionDenied):
    """The webhook does not answer this kind of caller; ``details["reason"]`` is ``origin`` or ``bot``."""

    code = "caller_refused"


class PolicyViolation(QflowError):
    """The subnet's policy does not allow this."""

    type = ErrorType.DAO_POLICY_VIOLATION
    code = "policy_violation"
    http_status = 403


class RiskTooHigh(PolicyViolation):
    """The event looks too dangerous to be admitted."""

    code = "risk_too_high"


class EgressDenied(PolicyViolation):
    """The subnet's policy does not allow connecting there."""

    code = "egress_denied"


class Quarantined(PolicyViolation):
    """It is in quarantine, and may not act until an administrator lifts that."""

    code = "quarantined"


class SubnetSuspended(PolicyViolation):
    """The subnet is suspended; nothing starts and no step runs until the keeper of the node resumes it."""

    code = "subnet_suspended"
    http_status = 503
    retryable = True


class ResourceExhausted(QflowError):
    """A limit was reached."""

    type = ErrorType.RESOURCE_EXHAUSTED
    code = "limit_reached"
    http_status = 429
    retryable = True


class PayloadTooLarge(ResourceExhausted):
    """The payload is larger than the limit allows."""

    code = "payload_too_large"
    http_status = 413
    retryable = False


class QuotaExceeded(ResourceExhausted):
    """The subnet has used up a quota; ``details`` tell which, its limit, and when it frees."""

    code = "quota_exceeded"


class StepFailure(QflowError):
    """The step failed."""

    code = "step_failed"

    def __init__(self, message: str | None = None, *, retryable: bool = False, **details: Any) -> None:
        super().__init__(message, **details)
        self.retryable = retryable


class ExpressionFailed(StepFailure):
    """An expression could not be evaluated."""

    code = "expression_failed"


class SandboxViolation(QflowError):
    """Code in the sandbox crossed a limit and was stopped; ``details["limit"]`` names it."""

    type = ErrorType.RESOURCE_EXHAUSTED
    code = "sandbox_violation"
    http_status = 422


class TimedOut(QflowError):
    """It took longer than its time limit."""

    type = ErrorType.TIMEOUT_ERROR
    code = "timed_out"
    http_status = 504
    retryable = True


class NetworkFailure(QflowError):
    """The other side could not be reached or broke the connection."""

    type = ErrorType.NETWORK_ERROR
    code = "network_failure"
    http_status = 502
    retryable = True


class CircuitOpen(NetworkFailure):
    """The target failed too often lately and is left alone for a while."""

    code = "circuit_open"
    http_status = 503


class NodeFailure(QflowError):
    """A node or worker failed."""

    type = ErrorType.NODE_FAILURE
    code = "node_failure"
    http_status = 503
    retryable = True


class LeaseLost(NodeFailure):
    """Another worker owns this execution now."""

    code = "lease_lost"


class DatabaseUnavailable(NodeFailure):
    """The database did not answer; nothing was written, try again."""

    code = "database_unavailable"


class JournalConflict(QflowError):
    """A second writer tried to append to the journal and was refused."""

    code = "journal_conflict"
    http_status = 409


class CorruptData(QflowError):
    """Stored bytes do not match their recorded hash."""

    code = "corrupt_data"


class ContentErased(QflowError):
    """The contents were erased for good; their hashes and proofs are left."""

    code = "content_erased"
    http_status = 410


class SealBroken(CorruptData):
    """Sealed bytes do not open: they were changed, or they belong to another place."""

    code = "seal_broken"


class KeyMissing(QflowError):
    """The key that opens this is not on this node."""

    code = "key_missing"


class StepCancelled(BaseException):
    """The execution no longer wants this step; derives from BaseException so steps cannot eat it."""


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """An error as the journal and the doors carry it (the reference's ``ExecutionError``)."""

    type: str
    code: str
    message: str
    retryable: bool = False
    step: str | None = None
    node: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Render as a plain map that canonical encoding accepts."""
        return {
            "type": self.type,
            "code": self.code,
            "message": self.message,
            "retryable": self.retryable,
            "step": self.step,
            "node": self.node,
            "details": dict(self.details),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ErrorInfo:
        """Read what :meth:`as_json` wrote."""
        return cls(**{name: value[name] for name in cls.__dataclass_fields__ if name in value})

    @classmethod
    def of(cls, error: BaseException, step: str | None = None) -> ErrorInfo:
        """Describe any exception; one that is not ours becomes ``internal_error``."""
        if isinstance(error, QflowError):
            return cls(str(error.type), error.code, error.message, error.retryable, step, None, error.details)
        message = f"{type(error).__name__}: {error}"
        return cls(str(ErrorType.EXECUTION_ERROR), "internal_error", message, False, step)
