"""The contract of the audit trail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.ids import ulid
from engine.ports.audit_trail import AuditEvent, AuditQuery, AuditTrail, Kept
from engine.storage.audit_trail import DjangoAuditTrail
from engine.testing.memory_audit import MemoryAuditTrail


@pytest.fixture
def trail(alias: str | None) -> Any:
    """An audit trail."""
    return MemoryAuditTrail() if alias is None else DjangoAuditTrail(alias)


def event(number: int, **fields: Any) -> AuditEvent:
    """Alice reads flow ``orders``, allowed."""
    values: dict[str, Any] = {
        "subnet": "alpha",
        "category": "permission",
        "action": "flows.read",
        "actor": "alice",
        "resource": "flow/orders",
        "outcome": "allowed",
    }
    id = ulid("aud", number * 1_000, number.to_bytes(10, "big"))
    return AuditEvent(id, at_us=number * 1_000, **{**values, **fields})


ASK = AuditQuery("alpha")


def numbers(trail: AuditTrail, query: AuditQuery) -> list[int]:
    return [found.at_us // 1_000 for found in trail.search(query)]


def test_what_is_recorded_comes_back_whole(trail: AuditTrail) -> None:
    given = event(1, execution="exe_1", reason="why: 'x'", details={"n": 1, "deep": {"a": [None, "é"]}})
    trail.record([given])
    assert trail.search(ASK) == [given]


def test_an_event_is_kept_once(trail: AuditTrail) -> None:
    trail.record([event(1)])
    trail.record([event(1), event(2)])
    assert numbers(trail, ASK) == [2, 1]


def test_pages_follow_each_other_without_gaps_also_within_one_microsecond(trail: AuditTrail) -> None:
    trail.record([replace(event(n), at_us=5) for n in range(1, 8)])
    seen: list[str] = []
    before = None
    while page := trail.search(replace(ASK, before=before, limit=3)):
        seen += [found.id for found in page]
        before = (page[-1].at_us, page[-1].id)
    assert seen == sorted((event(n).id for n in range(1, 8)), reverse=True)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({"category": "key"}, [2]),
        ({"action": "keys.*"}, [2]),
        ({"action": "keys"}, []),
        ({"actor": "bob"}, [3]),
        ({"resource": "flow/orders"}, [5, 3, 1]),
        ({"execution": "exe_4"}, [4]),
        ({"outcome": "denied"}, [3]),
        ({"since_us": 2_000, "until_us": 4_000}, [3, 2]),
        ({"text": "ORD"}, [5, 3, 1]),
        ({"text": "100% sure_"}, [5]),
        ({"text": "100x surex"}, []),
        ({"text": "' OR 1=1"}, []),
    ],
)
def test_events_are_found_by_what_they_say(
    trail: AuditTrail, question: dict[str, Any], answer: list[int]
) -> None:
    trail.record(
        [
            event(1),
            event(2, category="key", action="keys.rotate", resource="alice", outcome="done"),
            event(3, actor="bob", outcome="denied"),
            event(4, execution="exe_4", resource="execution/exe_4"),
            event(5, reason="100% sure_"),
        ]
    )
    assert numbers(trail, replace(ASK, **question)) == answer


def test_a_subnet_sees_nothing_of_another(trail: AuditTrail) -> None:
    trail.record([event(1, subnet="beta"), event(2)])
    assert numbers(trail, ASK) == [2]
    assert numbers(trail, AuditQuery("beta")) == [1]
    assert sum(trail.count(ASK).values()) == 1


def test_events_are_counted_by_kind(trail: AuditTrail) -> None:
    trail.record([event(1), event(2), event(3, outcome="denied"), event(9)])
    assert trail.count(replace(ASK, until_us=9_000)) == {
        ("permission", "flows.read", "allowed"): 2,
        ("permission", "flows.read", "denied"): 1,
    }


def test_old_events_are_forgotten_oldest_first(trail: AuditTrail) -> None:
    trail.record([event(n) for n in range(1, 6)])
    assert trail.forget("alpha", 4_000, limit=2) == 2
    assert numbers(trail, ASK) == [5, 4, 3]
    assert trail.forget("alpha", 4_000) == 1
    assert trail.forget("alpha", 4_000) == 0


def test_only_the_events_of_the_subnet_are_forgotten(trail: AuditTrail) -> None:
    trail.record([event(1), event(2, subnet="beta")])
    assert trail.forget("alpha", 9_000) == 1
    assert numbers(trail, AuditQuery("beta")) == [2]


def test_what_is_held_is_not_forgotten(trail: AuditTrail) -> None:
    trail.record(
        [
            event(1),
            event(2, execution="exe_held"),
            event(3, actor="held"),
            event(4, resource="held"),
            event(5),
            event(6),
        ]
    )
    kept = Kept(["exe_held", "exe_other"], ["held", "him"], [(5_000, 6_000), (100_000, 200_000)])
    assert trail.forget("alpha", 10_000, kept=kept) == 2
    assert numbers(trail, ASK) == [5, 4, 3, 2]
    assert trail.forget("alpha", 10_000) == 4
