"""What comes in from outside, in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from engine.base.errors import ResourceExhausted
from engine.ports.ingress import EventSchema


class MemorySeenCalls:
    """A :class:`SeenCalls` for tests and simulation."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[tuple[str, str, str], int] = {}

    def remember(self, subnet: str, scope: str, nonce: str, now_us: int, until_us: int) -> bool:
        """Remember a call unless it is."""
        key = (subnet, scope, nonce)
        with self._lock:
            if self._until.get(key, now_us) > now_us:
                return False
            self._until[key] = until_us
            return True

    def forget(self, subnet: str, scope: str, nonce: str) -> None:
        """It may come again."""
        with self._lock:
            self._until.pop((subnet, scope, nonce), None)

    def expire(self, now_us: int) -> int:
        """Drop what is over."""
        with self._lock:
            over = [key for key, until_us in self._until.items() if until_us <= now_us]
            for key in over:
                del self._until[key]
            return len(over)


class MemorySchemaStore:
    """A :class:`SchemaStore` for tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._schemas: dict[tuple[str, str], EventSchema] = {}

    def put(self, schema: EventSchema, schemas_max: int) -> None:
        """Store or replace."""
        key = (schema.subnet, schema.type)
        with self._lock:
            others = [each for each in self._schemas if each[0] == schema.subnet and each != key]
            if len(others) >= schemas_max:
                raise ResourceExhausted(f"a subnet has at most {schemas_max} schemas; delete one first")
            self._schemas[key] = schema

    def get(self, subnet: str, type: str) -> EventSchema | None:
        """The schema of a type."""
        return self._schemas.get((subnet, type))

    def all(self, subnet: str) -> Sequence[EventSchema]:
        """By type."""
        with self._lock:
            return [self._schemas[key] for key in sorted(self._schemas) if key[0] == subnet]

    def delete(self, subnet: str, type: str) -> bool:
        """Take it out."""
        with self._lock:
            return self._schemas.pop((subnet, type), None) is not None
