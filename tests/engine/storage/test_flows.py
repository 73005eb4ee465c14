"""The flow store on a database: what its contract leaves open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connections

from engine.base.errors import CorruptData, UnknownObject, WrongState
from engine.journal.state import Status
from engine.ports.flow_store import Registration
from engine.storage.database import Database
from engine.storage.flows import DjangoFlowStore
from engine.storage.journal import DjangoJournalStore
from engine.storage.recent import Recent
from engine.storage.routes import METHODS, routes_of
from tests.engine.contract.samples import creation
from tests.engine.contract.test_flow_store import create
from tests.engine.contract.test_flow_triggers import hook


def test_a_changed_definition_is_found(database: str) -> None:
    flows = DjangoFlowStore(database)
    made = create(flows)
    with connections[database].cursor() as cursor:
        cursor.execute("UPDATE engine_flow_definition SET content = %s", [b"\xa0"])
    with pytest.raises(CorruptData, match=made.version):
        flows.version("alpha", made.version)


def test_a_version_once_read_is_not_read_again(database: str) -> None:
    flows = DjangoFlowStore(database)
    made = create(flows)
    first = flows.version("alpha", made.version)
    assert flows.version("alpha", made.version) is first


def test_deleting_a_flow_keeps_the_versions_that_executions_pin(database: str) -> None:
    flows, journal = DjangoFlowStore(database), DjangoJournalStore(database)
    pinned = create(flows)
    loose = replace(pinned, name="Loose")
    flows.save("alpha", loose, pinned.version, "alice", "", 20)
    other = create(flows, subnet="beta")
    journal.create(creation(version=pinned.version, status=Status.COMPLETED))
    assert flows.version("alpha", loose.version) == loose
    flows.delete("alpha", "orders")
    assert flows.version("alpha", pinned.version) == pinned
    assert flows.version("beta", other.version) == other
    with pytest.raises(UnknownObject):
        flows.version("alpha", loose.version)


def test_a_tenant_is_not_told_the_name_of_anothers_flow(database: str) -> None:
    flows = DjangoFlowStore(database)
    secret, mine = create(flows, "merger-plans", "beta"), create(flows)
    flows.publish("beta", secret.id, secret.version, [hook("one")], {}, 20)
    with pytest.raises(WrongState) as refused:
        flows.publish("alpha", mine.id, mine.version, [hook("one")], {}, 20)
    assert "merger" not in f"{refused.value} {refused.value.details}"


def test_two_triggers_of_one_flow_do_not_share_a_route(database: str) -> None:
    flows = DjangoFlowStore(database)
    made = create(flows)
    with pytest.raises(WrongState):
        flows.publish("alpha", "orders", made.version, [hook("one"), hook("one", step="two")], {}, 20)
    assert flows.record("alpha", "orders").published == ""


def test_text_that_a_database_cannot_hold_is_stored_without_it(database: str) -> None:
    flows = DjangoFlowStore(database)
    create(flows, name="null \x00 and \ud800", description="\x00")
    assert flows.record("alpha", "orders").name == "null  and ?"
    create(flows, "second")
    flows.save(
        "alpha",
        replace(create(flows, "third"), name="x"),
        flows.record("alpha", "third").revision,
        "\x00",
        "\ud800",
        5,
    )
    assert flows.history("alpha", "third")[0].message == "?"


def test_routes_are_counted_by_what_they_match(database: str) -> None:
    assert Database(database).value("SELECT COUNT(*) FROM engine_webhook_route") == 0
    assert routes_of(hook("/a/:id/", "get")) == [("GET", "a/:")]
    assert routes_of(hook("a/:", "GET")) == [("GET", "a/%3A")], "a lone colon is itself"
    assert routes_of(Registration("event", "s", "a")) == []
    for spec in ({}, {"methods": []}, {"methods": ["*"]}, {"methods": "any"}):
        assert [method for method, _ in routes_of(Registration("webhook", "s", "a", spec))] == list(METHODS)


def test_only_what_was_used_last_is_kept() -> None:
    recent: Recent[str, int] = Recent(2)
    for name, value in (("a", 1), ("b", 2)):
        recent.put(name, value)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)
    recent.clear()
    assert recent.get("a") is None
