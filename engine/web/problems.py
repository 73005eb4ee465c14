"""Errors as RFC 9457 problem documents (https://www.rfc-editor.org/rfc/rfc9457)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import SuspiciousOperation

from engine.base.errors import ErrorInfo, ErrorType, InvalidInput, PolicyViolation, Problem, QflowError

CONTENT_TYPE = "application/problem+json"
URN = "urn:qflow:error:"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProblemDocument:
    """What is wrong with a request, ready to be sent."""

    status: int
    code: str
    error_type: str
    detail: str
    problems: Sequence[Problem] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)  # further members: executionId, ...
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, instance: str) -> bytes:
        """The document for the request path ``instance``."""
        document: dict[str, Any] = {
            "type": URN + self.code,
            "title": _title(self.status),
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "errorType": self.error_type,
            "code": self.code,
        }
        if self.problems:
            document["problems"] = [problem.as_json() for problem in self.problems]
        return orjson.dumps(document | dict(self.extra), default=str)


class Refused(Exception):
    """A request that the web door itself refuses; carries the document to answer with."""

    def __init__(self, document: ProblemDocument) -> None:
        self.document = document
        super().__init__(document.detail)


def refuse(
    status: int,
    code: str,
    detail: str,
    *,
    error_type: ErrorType = ErrorType.VALIDATION_ERROR,
    problems: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> Refused:
    """The exception to raise for a refusal with this status and code."""
    document = ProblemDocument(status, code, str(error_type), detail, problems, extra, headers or {})
    return Refused(document)


def problem_of(error: BaseException) -> ProblemDocument:
    """The document for any exception.

    What the caller did wrong is told in full. What went wrong inside is only named: its text goes
    to the log, under the ``correlationId`` that the caller gets.
    """
    if isinstance(error, Refused):
        return error.document
    if isinstance(error, SuspiciousOperation):  # too many fields, a host that is none
        return ProblemDocument(400, "bad_request", str(ErrorType.VALIDATION_ERROR), str(error))
    if isinstance(error, QflowError) and (error.http_status < 500 or isinstance(error, PolicyViolation)):
        problems = error.problems if isinstance(error, InvalidInput) else ()
        extra = {"details": error.details} if error.details else {}
        return ProblemDocument(
            error.http_status, error.code, str(error.type), error.message, problems, extra, _headers(error)
        )
    return _internal(error)


def _internal(error: BaseException) -> ProblemDocument:
    correlation = f"err_{secrets.token_hex(8)}"
    log.error("request failed", exc_info=error, extra={"correlation": correlation})
    extra = {"correlationId": correlation}
    if isinstance(error, QflowError):
        first_line = (type(error).__doc__ or "").strip().splitlines()[0]
        return ProblemDocument(
            error.http_status, error.code, str(error.type), first_line, (), extra, _headers(error)
        )
    detail = "Something failed inside the node; its log tells what, under the correlationId."
    return ProblemDocument(500, "internal_error", str(ErrorType.EXECUTION_ERROR), detail, (), extra)


def failed_execution(execution: str, error: ErrorInfo | None) -> ProblemDocument:
    """The document for a caller whose execution failed: what kind of error, never its inner text."""
    kind = error.type if error else str(ErrorType.EXECUTION_ERROR)
    code = error.code if error else "execution_failed"
    extra: dict[str, Any] = {"executionId": execution}
    if error and error.step:
        extra["stepId"] = error.step
    return ProblemDocument(500, code, kind, "The execution failed; its log tells why.", (), extra)


def _headers(error: QflowError) -> dict[str, str]:
    if error.http_status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": f'{error.details.get("challenge", "Bearer")} realm="qflow"'}
    if error.http_status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return {"Retry-After": str(error.details.get("retry_after_s", 1))}
    return {}


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
