"""What stands behind capability tokens, in memory."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.errors import StaleRevision
from engine.base.ordered import pack, unpack
from engine.ports.capabilities import (
    CapabilityUse,
    HttpCall,
    HttpReply,
    Kept,
    Secret,
    UseQuery,
)
from engine.storage.flow_values import BYTES_MAX, KEYS_MAX, check_room, stale


class MemoryCapabilityStore:
    """A :class:`CapabilityStore`."""

    def __init__(self) -> None:
        self.recorded: list[CapabilityUse] = []
        self._revoked: dict[tuple[str, str], int] = {}

    def record(self, use: CapabilityUse) -> None:
        """Keep a use."""
        self.recorded.append(use)

    def uses(self, query: UseQuery) -> Sequence[CapabilityUse]:
        """Newest first."""
        found = [
            use
            for use in self.recorded
            if use.subnet == query.subnet
            and query.execution in (None, use.execution)
            and query.token in (None, use.token)
            and query.allowed in (None, use.allowed)
            and (query.before is None or use.id < query.before)
        ]
        return sorted(found, key=lambda use: use.id, reverse=True)[: query.limit]

    def forget(self, execution: str) -> int:
        """Forget the uses of an execution."""
        before = len(self.recorded)
        self.recorded = [use for use in self.recorded if use.execution != execution]
        return before - len(self.recorded)

    def revoke(self, subnet: str, revoked: str, reason: str, now_us: int) -> None:
        """Remember what was revoked."""
        self._revoked.setdefault((subnet, revoked), now_us)

    def revoked(self, since_us: int) -> frozenset[tuple[str, str]]:
        """What was revoked since."""
        return frozenset(pair for pair, at_us in self._revoked.items() if at_us >= since_us)


class MemoryFlowValues:
    """A :class:`KeyValueStore`; one lock makes every method a transaction."""

    def __init__(self, keys_max: int = KEYS_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._values: dict[tuple[str, str], dict[str, tuple[bytes, int]]] = {}
        self._keys_max, self._bytes_max = keys_max, bytes_max
        self._lock = threading.RLock()

    def get(self, subnet: str, flow: str, key: str) -> Kept | None:
        """The value of a key."""
        found = self._of(subnet, flow).get(key)
        return None if found is None else Kept(unpack(found[0]), found[1])

    def put(self, subnet: str, flow: str, key: str, value: Any, expected: int | None, now_us: int) -> int:
        """A new revision."""
        with self._lock:
            held = self._of(subnet, flow)
            revision = self._checked(held, key, expected)
            data = pack(value)
            others = [len(data) for name, (data, _) in held.items() if name != key]
            check_room(flow, len(others) + 1, sum(others) + len(data), self._keys_max, self._bytes_max)
            held[key] = (data, revision + 1)
            return revision + 1

    def delete(self, subnet: str, flow: str, key: str, expected: int | None) -> bool:
        """Whether it was there."""
        with self._lock:
            held = self._of(subnet, flow)
            self._checked(held, key, expected)
            return held.pop(key, None) is not None

    def keys(self, subnet: str, flow: str, prefix: str, after: str, limit: int) -> Sequence[str]:
        """In their order."""
        found = [key for key in self._of(subnet, flow) if key.startswith(prefix) and key > after]
        return sorted(found, key=str.encode)[:limit]

    def _of(self, subnet: str, flow: str) -> dict[str, tuple[bytes, int]]:
        return self._values.setdefault((subnet, flow), {})

    @staticmethod
    def _checked(held: dict[str, tuple[bytes, int]], key: str, expected: int | None) -> int:
        revision = held.get(key, (b"", 0))[1]
        if expected is not None and expected != revision:
            error: StaleRevision = stale(key, expected, revision)
            raise error
        return revision


class FixedSecrets:
    """A :class:`SecretSource` of given secrets."""

    def __init__(self, *secrets: Secret) -> None:
        self.secrets = list(secrets)

    def of(self, subnet: str) -> Mapping[str, Secret]:
        """Those of a subnet."""
        return {secret.name: secret for secret in self.secrets if subnet in secret.subnets}


class RecordingEgress:
    """An :class:`HttpEgress` that answers from a list, and at last with an empty 200."""

    def __init__(self, *replies: HttpReply) -> None:
        self.replies, self.calls = list(replies), list[HttpCall]()

    def send(self, call: HttpCall) -> HttpReply:
        """Remember, and answer."""
        self.calls.append(call)
        return self.replies.pop(0) if self.replies else HttpReply(200, "OK", (), b"")


class RecordingHost:
    """A :class:`HostCalls`, and the :class:`Capabilities` that open it: remembers what it was asked."""

    def __init__(self, answer: Mapping[str, Any] | None = None) -> None:
        self.answer = dict(answer or {})
        self.opened: list[tuple[Any, tuple[Any, ...]]] = []
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.closed = False

    def open(self, surroundings: Any, requested: Sequence[Any]) -> RecordingHost:
        """Remember who asks for what."""
        self.opened.append((surroundings, tuple(requested)))
        return self

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Remember the call."""
        self.calls.append((operation, request))
        return dict(self.answer)

    def close(self) -> None:
        """Remember the end."""
        self.closed = True
