"""The door between a guest and its host: one JSON document in, one out; what goes wrong is an answer, too.

A request is ``{"operation": "http", "request": {...}}``, an answer ``{"value": {...}}`` or ``{"error":
{"number", "type", "code", "message", "retryable"}}``. Bytes, which JSON lacks, go in and come out as
``bodyBase64`` in the place of ``body``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from engine.base.errors import (
    CapabilityDenied,
    InvalidInput,
    NodeFailure,
    QflowError,
    SandboxViolation,
    StepFailure,
)
from engine.ports.sandbox import HostCalls, SandboxLimits

NOBODY = (
    "the step asks for no capabilities, so nothing answers {operation!r}: name what it needs in its "
    'parameter capabilities, as in [{{"operation": "http", "host": "api.example.com"}}], and let the policy '
    "of the subnet allow it"
)


class HostDoor:
    """Answers one instance of a guest; used by one thread."""

    def __init__(
        self, host: HostCalls | None, limits: SandboxLimits, file: Callable[[str], bytes] | None = None
    ) -> None:
        self._host, self._limits, self._file = host, limits, file
        self._errors: list[QflowError] = []
        self._failed = False

    def __call__(self, data: bytes) -> bytes:
        """The answer to a request. Raises what must stop the guest: :class:`SandboxViolation` for an answer
        that is too large, :class:`StepCancelled`, and :class:`NodeFailure`."""
        self._failed = False
        try:
            answer = orjson.dumps({"value": self._value(_read(data))}, default=_text)
        except (SandboxViolation, NodeFailure):
            raise
        except QflowError as error:
            return orjson.dumps({"error": self._told(error)})
        if len(answer) > self._limits.input_bytes:
            message = (
                f"an answer of {len(answer)} bytes from the host; the limit is {self._limits.input_bytes}"
            )
            raise SandboxViolation(message, limit="input")
        return answer

    @property
    def unanswered(self) -> QflowError | None:
        """The error that the last request was answered with, if it was."""
        return self._errors[-1] if self._failed else None

    def through(self, failure: StepFailure, number: Any) -> QflowError:
        """What a failure of the code is: the host's own error under this number, with the place in the code
        where it was not caught, or else the failure."""
        if type(number) is not int or not 0 <= number < len(self._errors):
            return failure
        error = self._errors[number]
        error.details = {**failure.details, **error.details}
        return error

    def _value(self, document: Mapping[str, Any]) -> dict[str, Any]:
        operation, request = document.get("operation"), document.get("request", {})
        if not isinstance(operation, str) or not isinstance(request, dict):
            raise InvalidInput("a request of the host has an operation, and a request that is an object")
        if operation == "file":
            return {"base64": _text(self._bytes(str(request.get("id"))))}
        if self._host is None:
            raise CapabilityDenied(NOBODY.format(operation=operation[:40]))
        return _with_text(self._host.call(operation, _with_bytes(request)))

    def _bytes(self, id: str) -> bytes:
        if self._file is None:
            raise InvalidInput("no files are read here")
        return self._file(id)

    def _told(self, error: QflowError) -> dict[str, Any]:
        self._errors.append(error)
        self._failed = True
        return {
            "number": len(self._errors) - 1,
            "type": str(error.type),
            "code": error.code,
            "message": error.message,
            "retryable": error.retryable,
        }


def _read(data: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"a request of the host is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise InvalidInput("a request of the host is a JSON object")
    return document


def _with_bytes(request: dict[str, Any]) -> dict[str, Any]:
    if "bodyBase64" not in request:
        return request
    rest = {name: value for name, value in request.items() if name != "bodyBase64"}
    try:
        return {**rest, "body": base64.b64decode(request["bodyBase64"], validate=True)}
    except (binascii.Error, ValueError, TypeError):
        raise InvalidInput("bodyBase64 is no base64") from None


def _with_text(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, its body as text where it is UTF-8."""
    body = answer.get("body")
    if not isinstance(body, bytes):
        return answer
    rest = {name: value for name, value in answer.items() if name != "body"}
    try:
        return {**rest, "body": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {**rest, "bodyBase64": _text(body)}


def _text(value: Any) -> Any:
    """Bytes that are kept for the flow are base64 for guests."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError
