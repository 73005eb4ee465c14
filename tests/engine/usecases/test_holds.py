"""Holds: what they keep from retention and erasure, and who may place them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject, WrongState
from engine.base.limits import HOLD_LOOK_AGAIN_US, HOLDS_MAX
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.testing.world import ALICE, BOB, CHARLIE
from engine.usecases.delete_execution import delete_execution, retire_executions
from engine.usecases.forget_audit import DAY_US, forget_audit
from engine.usecases.keys import shred_execution
from engine.usecases.manage_holds import NewHold, list_holds, place_hold, release_hold
from engine.usecases.world import World


@pytest.fixture
def ended(publish, start) -> str:
    """An execution that is over, started with an order of Ann's."""
    publish("f", {"a": "t.add"})
    started = start("f", items=[{"json": {"n": 0, "customer": "ann"}}])
    started.future.result(10)
    return str(started.execution)


def expire(world: World, execution: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retention looks at it in every sweep from now on."""
    stored = world.journal.stored[execution]  # type: ignore[attr-defined]
    monkeypatch.setattr(world.journal, "expired", lambda now_us, limit=200: [execution])
    assert stored.header.keep_until_us is not None


def events(world: World, **asked: Any) -> list[AuditEvent]:
    return list(world.audit.search(AuditQuery("personal", **asked)))


def span(execution: str, world: World) -> NewHold:
    at_us = world.journal.header(execution).created_us
    return NewHold("range", "audit of the year", since_us=at_us, until_us=at_us + 1)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda execution, world: NewHold("execution", "case 7", execution),
        lambda execution, world: NewHold("identity", "case 8", "alice"),
        lambda execution, world: NewHold("identity", "case 9", "ann"),
        span,
    ],
    ids=["execution", "who started it", "whom it names", "range"],
)
def test_what_is_held_outlives_erasure_and_retention(
    ended: str, world: World, wanted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = place_hold(world, ALICE, wanted(ended, world))
    for act in (delete_execution, shred_execution):
        with pytest.raises(WrongState, match=hold.id):
            act(world, ALICE, ended)
    expire(world, ended, monkeypatch)
    before_us = world.clock.now_us()
    assert retire_executions(world) == 0
    assert world.journal.load(ended)
    assert world.journal.header(ended).keep_until_us >= before_us + HOLD_LOOK_AGAIN_US
    release_hold(world, ALICE, hold.id, "closed")
    assert retire_executions(world) == 1
    with pytest.raises(UnknownObject):
        world.journal.header(ended)


def test_a_hold_keeps_nothing_else(ended: str, world: World) -> None:
    at_us = world.journal.header(ended).created_us
    place_hold(world, ALICE, NewHold("identity", "case 8", "somebody else"))
    place_hold(world, ALICE, NewHold("range", "before", since_us=0, until_us=at_us))
    assert shred_execution(world, ALICE, ended) == 0


def test_held_events_stay_in_the_trail(world: World) -> None:
    now_us = world.clock.now_us()
    world.access.ensure_personal_subnet(now_us)
    old_us = now_us - 5_000 * DAY_US
    made = [("alice", old_us), ("bob", old_us), ("carol", old_us - DAY_US)]
    world.audit.record(
        [AuditEvent(f"aud_{n}", "personal", at, "change", "old", who) for n, (who, at) in enumerate(made)]
    )
    place_hold(world, ALICE, NewHold("identity", "case 8", "alice"))
    held = place_hold(world, ALICE, NewHold("range", "then", since_us=old_us - DAY_US, until_us=old_us))
    assert forget_audit(world)
    assert [event.actor for event in events(world, action="old")] == ["alice", "carol"]
    release_hold(world, ALICE, held.id)
    assert forget_audit(world)
    assert [event.actor for event in events(world, action="old")] == ["alice"]


def test_placing_and_releasing_are_in_the_trail_without_the_persons_name(world: World) -> None:
    hold = place_hold(world, ALICE, NewHold("identity", "case 8", "ann@example.com"))
    release_hold(world, ALICE, hold.id, "closed")
    found = events(world, category="change")
    assert [(event.action, event.resource, event.details["reason"]) for event in found] == [
        ("hold.release", hold.id, "closed"),
        ("hold.place", hold.id, "case 8"),
    ]
    assert "ann@example.com" not in str(found)
    assert [one.released_by for one in list_holds(world, ALICE)] == ["alice"]


def test_only_an_administrator_of_the_subnet_places_and_releases(ended: str, world: World) -> None:
    hold = place_hold(world, ALICE, NewHold("execution", "case 7", ended))
    for act in (
        lambda: place_hold(world, BOB, NewHold("execution", "mine", ended)),
        lambda: release_hold(world, BOB, hold.id),
        lambda: list_holds(world, BOB),
    ):
        with pytest.raises(PermissionDenied):
            act()
    with pytest.raises(UnknownObject):
        release_hold(world, CHARLIE, hold.id)
    with pytest.raises(InvalidInput, match="not valid"):
        place_hold(world, CHARLIE, NewHold("execution", "theirs", ended))
    assert list_holds(world, CHARLIE) == []


@pytest.mark.parametrize(
    "given",
    [
        NewHold("execution", "no such", "exe_unknown"),
        NewHold("execution", "", "exe_unknown"),
        NewHold("everything", "why", "x"),
        NewHold("identity", "why"),
        NewHold("identity", "why", "ann", since_us=5),
        NewHold("range", "why", since_us=5, until_us=5),
        NewHold("range", "why", "ann", since_us=5, until_us=6),
        NewHold("identity", "two\nlines", "ann"),
    ],
)
def test_what_is_no_hold_is_refused(world: World, given: NewHold) -> None:
    with pytest.raises(InvalidInput) as caught:
        place_hold(world, ALICE, given)
    assert caught.value.problems
    assert list_holds(world, ALICE) == []


def test_holds_are_bounded(world: World) -> None:
    for n in range(HOLDS_MAX):
        place_hold(world, ALICE, NewHold("identity", "why", f"person {n}"))
    with pytest.raises(WrongState, match="release one"):
        place_hold(world, ALICE, NewHold("identity", "why", "one more"))
