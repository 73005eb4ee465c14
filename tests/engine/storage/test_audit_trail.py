"""Executions and uses of capability tokens are part of the audit trail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.journal.state import Status
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.ports.capabilities import CapabilityUse
from engine.storage.audit_trail import DjangoAuditTrail
from engine.storage.capability_uses import DjangoCapabilityStore
from engine.storage.journal import DjangoJournalStore
from tests.conftest import POSTGRESQL, empty_database
from tests.engine.contract.samples import creation


@pytest.fixture(params=["sqlite", POSTGRESQL])
def trail(request: pytest.FixtureRequest) -> Iterator[DjangoAuditTrail]:
    """A trail with one event of each source."""
    for database in empty_database(request, request.param):
        journal = DjangoJournalStore(database)
        journal.create(creation("exe_1", status=Status.FAILED, created_us=1))
        journal.create(creation("exe_2", status=Status.COMPLETED, created_us=2, subnet="beta"))
        use = CapabilityUse(
            "use_1", "alpha", "exe_1", "fetch", 0, 1, "tok", "http", {"host": "a"}, False, "not a host", 3
        )
        DjangoCapabilityStore(database).record(use)
        made = DjangoAuditTrail(database)
        made.record([AuditEvent("aud_1", "alpha", 2, "key", "keys.rotate", "alice")])
        yield made


def test_all_sources_are_one_list_by_time(trail: DjangoAuditTrail) -> None:
    found = trail.search(AuditQuery("alpha"))
    assert [(event.at_us, event.category, event.action, event.outcome) for event in found] == [
        (3, "capability", "http", "denied"),
        (2, "key", "keys.rotate", "done"),
        (1, "execution", "execution.run", "failed"),
    ]
    assert found[0].details == {"host": "a"}
    assert (found[2].resource, found[2].execution, found[2].reason) == ("orders", "exe_1", "failed")


def test_pages_go_through_all_sources(trail: DjangoAuditTrail) -> None:
    first = trail.search(AuditQuery("alpha", limit=2))
    rest = trail.search(AuditQuery("alpha", limit=2, before=(first[-1].at_us, first[-1].id)))
    assert [event.at_us for event in (*first, *rest)] == [3, 2, 1]


def test_a_category_asks_only_its_source(trail: DjangoAuditTrail) -> None:
    assert [event.id for event in trail.search(AuditQuery("alpha", category="execution"))] == ["exe_1"]
    assert trail.count(AuditQuery("alpha")) == {
        ("execution", "execution.run", "failed"): 1,
        ("capability", "http", "denied"): 1,
        ("key", "keys.rotate", "done"): 1,
    }
