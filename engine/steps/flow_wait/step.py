"""How flow.wait runs: it parks, and goes on with its items or with what came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.base.errors import TimedOut
from engine.flow.model import MAIN
from engine.ports.step_catalogue import (
    Item,
    Signal,
    StepContext,
    StepResult,
    StepType,
    WaitSignal,
    WaitTime,
)
from engine.steps.flow_wait.manifest import MANIFEST, WaitParameters

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WaitStep(StepType):
    """Waits once for all its items, by the parameters of the first; holds no worker meanwhile."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Park; a time that is not ahead passes the items on at once."""
        given: WaitParameters = context.parameters()
        if given.webhook or given.event:
            return StepResult(wait=_signal(given, context))
        until_us = _until_us(given, context)
        if until_us <= context.now_us:
            return StepResult({MAIN: context.items})
        return StepResult(wait=WaitTime(until_us))

    def resume(self, context: StepContext, signal: Signal) -> StepResult:
        """The input items after a time, the payload as the one item after a call or an event.

        Raises :class:`TimedOut` where nothing came and ``onTimeout`` is ``fail``.
        """
        if signal.kind in ("webhook", "event"):
            return StepResult({MAIN: [_received(signal)]})
        if signal.kind == "timeout" and context.parameters().onTimeout == "fail":
            raise TimedOut(f"step {context.step.id!r} waited, and nothing came within timeoutMs")
        return StepResult({MAIN: context.items})


def _received(signal: Signal) -> Item:
    json = dict(signal.payload)
    files = json.pop("binary", None) if signal.kind == "webhook" else None
    return {"json": json, "binary": files} if files else {"json": json}


def _until_us(given: WaitParameters, context: StepContext) -> int:
    if given.durationMs is not None:
        return context.now_us + given.durationMs * 1000
    moment = datetime.fromisoformat(given.until or "")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(context.timezone))
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def _signal(given: WaitParameters, context: StepContext) -> WaitSignal:
    until_us = None if given.timeoutMs is None else context.now_us + given.timeoutMs * 1000
    if given.event is None:
        return WaitSignal("webhook", until_us, prompt={"url": context.resume_url()})
    match: dict[str, Any] = {"type": given.event.type}
    if given.event.subject is not None:
        match["subject"] = given.event.subject
    if given.event.match:
        match["data"] = given.event.match
    return WaitSignal("event", until_us, match)
