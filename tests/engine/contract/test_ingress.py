"""The contracts of what comes in from outside."""

from __future__ import annotations

import pytest

from engine.base.errors import ResourceExhausted
from engine.ports.ingress import EventSchema, SchemaStore, SeenCalls
from tests.databases import in_threads

SCHEMA = EventSchema("alpha", "orders.created", b"\xa0", "alice", 10)


class TestSeenCalls:
    """Calls that were accepted."""

    def test_a_call_is_new_once(self, seen: SeenCalls) -> None:
        assert seen.remember("alpha", "f/hook", "n", 10, 100)
        assert not seen.remember("alpha", "f/hook", "n", 50, 150)

    def test_others_calls_are_their_own(self, seen: SeenCalls) -> None:
        assert seen.remember("alpha", "f/hook", "n", 10, 100)
        assert seen.remember("alpha", "g/hook", "n", 10, 100)
        assert seen.remember("beta", "f/hook", "n", 10, 100)

    def test_a_call_that_is_over_may_come_again(self, seen: SeenCalls) -> None:
        seen.remember("alpha", "f/hook", "n", 10, 100)
        assert seen.remember("alpha", "f/hook", "n", 100, 200)
        assert not seen.remember("alpha", "f/hook", "n", 150, 300)

    def test_what_was_not_accepted_after_all_may_come_again(self, seen: SeenCalls) -> None:
        seen.remember("alpha", "f/hook", "n", 10, 100)
        seen.forget("alpha", "f/hook", "n")
        assert seen.remember("alpha", "f/hook", "n", 20, 100)

    def test_only_what_is_over_is_dropped(self, seen: SeenCalls) -> None:
        seen.remember("alpha", "f/hook", "old", 10, 100)
        seen.remember("alpha", "f/hook", "new", 10, 200)
        assert seen.expire(100) == 1
        assert not seen.remember("alpha", "f/hook", "new", 100, 300)

    def test_of_many_at_once_one_is_new(self, seen: SeenCalls) -> None:
        results = in_threads(8, lambda _: seen.remember("alpha", "f/hook", "n", 10, 100))
        assert results.count(True) == 1


class TestSchemas:
    """Schemas of events."""

    def test_a_schema_is_kept_replaced_and_deleted(self, schemas: SchemaStore) -> None:
        assert schemas.get("alpha", "orders.created") is None
        schemas.put(SCHEMA, 10)
        assert schemas.get("alpha", "orders.created") == SCHEMA
        newer = EventSchema("alpha", "orders.created", b"\xf5", "bob", 20)
        schemas.put(newer, 1)
        assert list(schemas.all("alpha")) == [newer]
        assert schemas.delete("alpha", "orders.created")
        assert not schemas.delete("alpha", "orders.created")

    def test_a_subnet_has_its_own(self, schemas: SchemaStore) -> None:
        schemas.put(SCHEMA, 10)
        assert schemas.get("beta", "orders.created") is None
        assert list(schemas.all("beta")) == []
        assert not schemas.delete("beta", "orders.created")

    def test_there_are_only_so_many(self, schemas: SchemaStore) -> None:
        schemas.put(SCHEMA, 1)
        with pytest.raises(ResourceExhausted, match="at most 1"):
            schemas.put(EventSchema("alpha", "other", b"\xa0", "alice", 10), 1)
        schemas.put(EventSchema("beta", "other", b"\xa0", "alice", 10), 1)
