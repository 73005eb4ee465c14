"""Code steps in JavaScript: one request with the code and all items, one reply with what it gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from engine.base.errors import QflowError, SandboxViolation, StepFailure
from engine.base.limits import FAILURE_LOG_LINES_MAX, GUEST_TIMERS_MAX
from engine.ports.sandbox import CodeRequest, CodeResult, HostCalls, SandboxLimits, Usage, note_spent
from engine.sandbox.host_door import HostDoor
from engine.sandbox.javascript import JavaScriptGuest, Machine

TIMER = b'{"op":"timer"}'
NO_TIMER = b'{"waits":false}'


class JavaScriptCode:
    """Runs JavaScript code of steps; ``encoded`` makes JSON of a request."""

    def __init__(self, guest: JavaScriptGuest, encoded: Callable[[Any], bytes]) -> None:
        self._guest, self._encoded = guest, encoded

    def run(self, request: CodeRequest, limits: SandboxLimits, host: HostCalls | None = None) -> CodeResult:
        """Run the code in a fresh machine.

        Raises :class:`StepFailure` with ``line`` and ``column`` where the code throws or gives no items,
        :class:`SandboxViolation` where it crosses a limit or waits for a promise that nothing settles,
        and an error of the host where it does not catch it.
        """
        document, door = self._encoded(code_document(request)), HostDoor(host, limits, request.file)
        with self._guest.machine(limits, request.determinism, door) as machine:
            reply = _settled(machine, document)
            usage = machine.instance.usage()
        try:
            return result_of(orjson.loads(reply), request, usage, door)
        except QflowError as error:
            note_spent(error, usage)
            raise


def code_document(request: CodeRequest) -> dict[str, Any]:
    """A request as the guest takes it."""
    return {
        "op": "code",
        "source": request.source,
        "mode": request.mode,
        "tolerant": request.tolerant,
        "items": list(request.items),
        "context": dict(request.context),
        "zone": request.determinism.timezone,
    }


def _settled(machine: Machine, document: bytes) -> bytes:
    """The reply, after running timers for as long as the code waits for one."""
    waiting: SandboxViolation | None = None
    for _ in range(GUEST_TIMERS_MAX):
        try:
            reply = machine.request(TIMER if waiting else document)
        except SandboxViolation as violation:
            if violation.details.get("limit") != "promise":
                raise
            waiting = violation
        else:
            if waiting is None or reply != NO_TIMER:
                return reply
            raise waiting
    raise SandboxViolation(f"the code set more than {GUEST_TIMERS_MAX} timers", limit="timers")


def result_of(reply: Mapping[str, Any], request: CodeRequest, usage: Usage, door: HostDoor) -> CodeResult:
    """What code gave, as its step takes it; raises the error that it ended with."""
    logs: list[str] = reply["logs"]
    if "error" in reply:
        raise door.through(_failure(reply["error"], logs), reply["error"].get("host"))
    items = [_told(item, logs) for item in reply["items"]]
    if not all(isinstance(item, dict) and isinstance(item.get("json"), dict) for item in items):
        raise StepFailure('"json" of every returned item must be an object, also after toJSON()')
    return CodeResult(items, logs, usage, request.cid, reply.get("custom") or {})


def _told(item: Any, logs: list[str]) -> Any:
    """An item as it is, or one that tells of its error."""
    if not isinstance(item, dict) or "failed" not in item:
        return item
    failure = _failure(item["failed"], logs)
    told = {"type": failure.type, "code": failure.code, "message": failure.message}
    return {"json": {"error": failure.message}, "error": told, "pairedItem": {"item": item["item"]}}


def _failure(error: Mapping[str, Any], logs: list[str]) -> StepFailure:
    """The error as the user is told: what, and where in the user's own text, in n8n's form. The kind of error
    and the column are in the details."""
    name, line, column, item = (
        error["name"],
        error.get("line") or 0,
        error.get("column") or 0,
        error.get("item"),
    )
    details: dict[str, Any] = {"error": name, "line": line, "column": column}
    places = [f"line {line}"] if line else []
    if item is not None:
        places.append(f"for item {item}" if places else f"item {item}")
        details["item"] = item
    if error.get("hint"):
        details["hint"] = error["hint"]
    where = f" [{', '.join(places)}]" if places else ""
    return StepFailure(f"{error['message']}{where}", logs=logs[-FAILURE_LOG_LINES_MAX:], **details)
