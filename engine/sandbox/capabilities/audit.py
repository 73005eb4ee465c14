"""Keeps one record of every use, allowed or denied, and tells whoever watches."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from engine.base.ids import ulid
from engine.base.limits import AUDIT_TEXT_CHARACTERS_MAX
from engine.ports.capabilities import USED_EVENT, CapabilityStore, CapabilityUse, Holder
from engine.ports.clock import Entropy
from engine.ports.notifier import Notifier


class Audit:
    """Writes before anything is done: what cannot be recorded does not happen."""

    def __init__(self, store: CapabilityStore, notifier: Notifier, entropy: Entropy) -> None:
        self._store, self._notifier, self._entropy = store, notifier, entropy
        self._numbers = itertools.count()

    def record(
        self,
        holder: Holder,
        token: str,
        operation: str,
        arguments: Mapping[str, Any],
        reason: str,
        now_us: int,
        *,
        allowed: bool,
    ) -> None:
        """Keep the use and emit its event."""
        use = CapabilityUse(
            id=self._fresh_id(now_us),
            subnet=holder.subnet,
            execution=holder.execution,
            step=holder.step,
            run=holder.run,
            attempt=holder.attempt,
            token=token,
            operation=operation,
            arguments={name: _cut(value) for name, value in arguments.items()},
            allowed=allowed,
            reason=_cut(reason),
            at_us=now_us,
        )
        self._store.record(use)
        self._notifier.event(holder.subnet, USED_EVENT, event_data(use))

    def _fresh_id(self, now_us: int) -> str:
        """Sorts by time, and within a millisecond by the order in this process."""
        number = (next(self._numbers) & 0xFFFFFF).to_bytes(3, "big")
        return ulid("use", now_us, number + self._entropy.bytes(7))


def event_data(use: CapabilityUse) -> dict[str, Any]:
    """The data of the event."""
    return {
        "useId": use.id,
        "executionId": use.execution,
        "stepId": use.step,
        "run": use.run,
        "attempt": use.attempt,
        "tokenId": use.token,
        "operation": use.operation,
        "arguments": dict(use.arguments),
        "decision": "allowed" if use.allowed else "denied",
        "reason": use.reason,
        "atUs": use.at_us,
    }


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > AUDIT_TEXT_CHARACTERS_MAX:
        return value[:AUDIT_TEXT_CHARACTERS_MAX] + "..."
    return value
