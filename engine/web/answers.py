"""What a webhook's caller gets: the HTTP answer for an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.base.errors import ErrorType
from engine.execution.session import Outcome
from engine.ports.step_catalogue import Answer, Item
from engine.web.jsontext import write_json
from engine.web.messages import RawHeaders, Reply, problem_reply, raw_headers
from engine.web.problems import ProblemDocument, failed_execution

EXECUTION_HEADER = "X-Qflow-Execution"

_OURS = frozenset({"content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te"})
_OURS_TOO = frozenset({"trailer", "date", "server", "x-qflow-execution", "content-security-policy"})
_ORIGIN_WIDE = frozenset({"clear-site-data", "service-worker-allowed", "strict-transport-security"})
REFUSED_HEADERS = _OURS | _OURS_TOO | _ORIGIN_WIDE | {"alt-svc", "x-content-type-options", "referrer-policy"}
"""Headers that a flow cannot set: they belong to the connection, to this door or to the whole origin."""

RESERVED_COOKIES = ("sessionid", "csrftoken", "__host-", "__secure-")
"""Cookies of the designer on the same origin, which no flow may set."""


@dataclass(frozen=True, slots=True)
class WebhookOptions:
    """How a webhook answers; read from what its trigger registered."""

    mode: str = "immediately"  # immediately, lastStep, respondStep
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    data: str = "firstItem"  # firstItem, allItems, none
    raw_body: bool = False
    body: str = ""  # the answer at once
    field: str = ""  # of the first item; empty: all of it
    type: str = ""  # of that field

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> WebhookOptions:
        """The options in a registration's ``spec``."""
        return cls(
            str(spec.get("responseMode", "immediately")),
            int(spec.get("responseStatus", 200)),
            dict(spec.get("responseHeaders") or {}),
            str(spec.get("responseData", "firstItem")),
            bool(spec.get("rawBody", False)),
            str(spec.get("responseBody", "")),
            str(spec.get("responseField", "")),
            str(spec.get("responseType", "")),
        )


def accepted(execution: str, options: WebhookOptions) -> Reply:
    """The answer at once: the start is stored, the rest follows."""
    if options.data == "none":
        return Reply(options.status, _headers(options.headers, "", execution))
    if options.body:
        headers = _headers(options.headers, "text/html; charset=utf-8", execution)
        return Reply(options.status, headers, options.body.encode("utf-8", "replace"))
    body = {"message": "The flow was started", "executionId": execution}
    headers = _headers(options.headers, "application/json", execution)
    return Reply(options.status, headers, write_json(body))


def answer_for(outcome: Outcome, execution: str, options: WebhookOptions, instance: str) -> Reply:
    """The answer once the execution answered, ended or waits."""
    if outcome.answer is not None and options.mode == "respondStep":
        return _from_step(outcome.answer, execution, instance)
    if outcome.kind in ("failed", "aborted"):
        return problem(failed_execution(execution, outcome.error), execution, instance)
    if outcome.kind == "waiting":
        return _plain(202, {"executionId": execution, "status": "waiting"}, execution)
    if options.mode == "respondStep":
        return _plain(options.status, {"executionId": execution, "status": "completed"}, execution)
    return _from_items(outcome.items, execution, options)


def timed_out(execution: str, waited_ms: int, instance: str) -> Reply:
    """The answer to a caller who waited long enough."""
    detail = f"There was no answer within {waited_ms} ms. The execution goes on."
    extra = {"executionId": execution}
    document = ProblemDocument(504, "webhook_timeout", str(ErrorType.TIMEOUT_ERROR), detail, (), extra)
    return problem(document, execution, instance)


def problem(document: ProblemDocument, execution: str, instance: str) -> Reply:
    """A problem document that names the execution in its header."""
    reply = problem_reply(document, instance)
    return Reply(reply.status, [*reply.headers, _execution(execution)], reply.body)


def _from_items(items: list[Item], execution: str, options: WebhookOptions) -> Reply:
    if options.data in ("none", "noData"):
        return Reply(options.status, _headers(options.headers, "", execution))
    values = [item.get("json", {}) for item in items]
    value: Any = values if options.data == "allItems" else (values[0] if values else {})
    if options.data == "firstItem" and options.field:
        value = _inside(value, options.field)
    if options.data == "firstItem" and options.type:
        headers = _headers({**options.headers, "content-type": options.type}, "", execution)
        return Reply(options.status, headers, _bytes(value))
    headers = _headers(options.headers, "application/json", execution)
    return Reply(options.status, headers, write_json(value))


def _inside(value: Any, path: str) -> Any:
    """What stands at a dotted path; nothing where there is none."""
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _bytes(value: Any) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else write_json(value)


def _from_step(answer: Answer, execution: str, instance: str) -> Reply:
    if not 200 <= answer.status <= 599:
        detail = f"The flow answered with the status {answer.status}, which HTTP does not have."
        kind = str(ErrorType.EXECUTION_ERROR)
        extra = {"executionId": execution}
        return problem(ProblemDocument(500, "bad_answer", kind, detail, (), extra), execution, instance)
    body = answer.body
    if body is None:
        return Reply(answer.status, _headers(answer.headers, "", execution))
    if isinstance(body, bytes):
        return Reply(answer.status, _headers(answer.headers, "application/octet-stream", execution), body)
    if isinstance(body, str):
        text = body.encode("utf-8", "replace")
        return Reply(answer.status, _headers(answer.headers, "text/plain; charset=utf-8", execution), text)
    return Reply(answer.status, _headers(answer.headers, "application/json", execution), write_json(body))


def _plain(status: int, body: Mapping[str, Any], execution: str) -> Reply:
    return Reply(status, _headers({}, "application/json", execution), write_json(body))


def _headers(given: Mapping[str, str], content_type: str, execution: str) -> RawHeaders:
    headers = [pair for pair in raw_headers(given) if _permitted(*pair)]
    if content_type and not any(name == b"content-type" for name, _ in headers):
        headers.append((b"content-type", content_type.encode()))
    return [*headers, _execution(execution)]


def _permitted(name: bytes, value: bytes) -> bool:
    if name.decode() in REFUSED_HEADERS:
        return False
    return name != b"set-cookie" or not value.decode("latin-1").lower().startswith(RESERVED_COOKIES)


def _execution(execution: str) -> tuple[bytes, bytes]:
    return (EXECUTION_HEADER.lower().encode(), execution.encode("ascii", "replace"))
