"""The sockets for what comes in from outside: calls that were seen, and schemas of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class SeenCalls(Protocol):
    """Signed calls that were accepted, so that a second one is known as a replay."""

    def remember(self, subnet: str, scope: str, nonce: str, now_us: int, until_us: int) -> bool:
        """Remember a call until a time; False where it is remembered already. ``scope`` keeps the calls of
        one webhook apart from those of another."""

    def forget(self, subnet: str, scope: str, nonce: str) -> None:
        """The call was not accepted after all: it may come again."""

    def expire(self, now_us: int) -> int:
        """Drop what need not be remembered any more; gives how many."""


@dataclass(frozen=True, slots=True)
class EventSchema:
    """A schema for the data of events of a type; ``content`` is the schema as canonical DAG-CBOR."""

    subnet: str
    type: str
    content: bytes
    author: str
    updated_us: int


class SchemaStore(Protocol):
    """Schemas of events, per subnet."""

    def put(self, schema: EventSchema, schemas_max: int) -> None:
        """Store or replace; raises :class:`ResourceExhausted` where the subnet has too many."""

    def get(self, subnet: str, type: str) -> EventSchema | None: ...
    def all(self, subnet: str) -> Sequence[EventSchema]:
        """By type."""

    def delete(self, subnet: str, type: str) -> bool:
        """Whether there was one."""
