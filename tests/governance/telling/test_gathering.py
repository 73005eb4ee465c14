"""Who is told of what: every note once, to those whom it concerns, and by the ways that they chose."""

from __future__ import annotations

import pytest

from engine.api import InvalidInput
from governance import desk
from governance.models import Cursor, Notification, Wish
from governance.telling import wishes
from governance.telling.chores import KEPT_US, forget
from tests.governance.domain.support import approve
from tests.governance.hall import Hall
from tests.governance.telling.support import gathered, told, with_persons

TITLE = "Approve resize"


@pytest.fixture
def hall(hall: Hall) -> Hall:
    return with_persons(hall)


def test_a_vote_is_told_when_it_opens_before_it_ends_and_when_it_is_over(hall: Hall) -> None:
    made = hall.opened(approve())
    gathered(hall)
    assert told(hall, "cem") == [("opens", f"A vote opens: {TITLE}")]
    assert ("asked", f"A review is asked for: {TITLE}") not in told(hall, "bob")  # it is reviewed already
    hall.vote(made.id, ann="yes", bob="yes")
    hall.clock.advance_ms(80_000)
    gathered(hall)
    assert ("soon", f"A vote ends soon: {TITLE}") in told(hall, "cem")
    assert ("soon", f"A vote ends soon: {TITLE}") not in told(hall, "bob")
    hall.vote(made.id, cem="yes")
    hall.clock.advance_ms(21_000)
    gathered(hall)
    assert told(hall, "dia")[-1] == ("decided", f"{TITLE} passed")
    assert told(hall, "zed") == []


def test_the_same_is_told_once_however_often_one_looks(hall: Hall) -> None:
    hall.opened(approve())
    assert gathered(hall) > 0
    assert gathered(hall) == 0
    before = Notification.objects.count()
    Cursor.objects.all().delete()  # as if the place in the log was lost
    gathered(hall)
    assert Notification.objects.count() == before


def test_a_reviewer_is_asked_and_the_author_hears_of_the_review(hall: Hall) -> None:
    id = desk.propose(hall.world, hall.people["cem"], approve())
    desk.submit(hall.world, hall.people["cem"], id)
    gathered(hall)
    assert told(hall, "bob") == told(hall, "ann") == [("asked", f"A review is asked for: {TITLE}")]
    desk.review(hall.world, hall.people["bob"], id, hall.proposal(id).cid, False, "Be kinder")
    gathered(hall)
    assert told(hall, "cem") == [("said", f"Bob asks for changes of {TITLE}")]


def test_who_is_named_or_answered_hears_it_and_nobody_hears_oneself(hall: Hall) -> None:
    id = desk.propose(hall.world, hall.people["ann"], approve())
    desk.comment(hall.world, hall.people["bob"], id, "Does @Cem know? not@dia")
    gathered(hall)
    assert told(hall, "cem") == told(hall, "ann") == [("said", f"Bob on {TITLE}")]
    assert told(hall, "bob") == told(hall, "dia") == []
    hall.clock.advance_ms(1)
    desk.comment(hall.world, hall.people["ann"], id, "I do.")
    gathered(hall)
    assert told(hall, "bob") == [("said", f"Ann on {TITLE}")]
    assert len(told(hall, "ann")) == 1


def test_stops_revocations_and_weaknesses_reach_every_member(hall: Hall) -> None:
    cid = hall.approved()
    desk.advise(hall.world, hall.people["bob"], cid, "high", "It leaks")
    desk.stop_template(hall.world, hall.people["ann"], cid, "It leaks now")
    gathered(hall)
    titles = [title for _, title in told(hall, "dia")]
    assert "resize 1 has a weakness (high)" in titles
    assert "resize 1 was stopped by a guardian" in titles


def test_choices_are_kept_and_nothing_else_is_told(hall: Hall) -> None:
    cem = _person(hall, "cem")
    wishes.choose(cem, "acme", {"listed": ["decided"]}, 0)
    hall.passed(approve())
    gathered(hall)
    assert told(hall, "cem") == [("decided", f"{TITLE} passed")]
    with pytest.raises(InvalidInput):
        wishes.choose(cem, "acme", {"listed": ["everything"]}, 0)
    with pytest.raises(InvalidInput):
        wishes.choose(cem, "acme", {}, 7)


def test_what_is_old_or_of_a_subnet_that_is_gone_is_forgotten(hall: Hall) -> None:
    hall.opened(approve())
    gathered(hall)
    wishes.choose(_person(hall, "cem"), "acme", {}, 0)
    Notification.objects.filter(person__user__username="dia").update(subnet="gone")
    forget(hall.world)
    assert told(hall, "dia") == []
    assert told(hall, "cem")
    hall.clock.advance_ms(KEPT_US // 1000 + 1)
    forget(hall.world)
    assert not Notification.objects.exists()
    Wish.objects.update(subnet="gone")
    forget(hall.world)
    assert not Wish.objects.exists()


def test_a_person_who_is_removed_leaves_nothing(hall: Hall) -> None:
    hall.opened(approve())
    gathered(hall)
    _person(hall, "cem").user.delete()
    assert told(hall, "cem") == []


def test_addresses_and_secrets_are_stored_sealed(hall: Hall) -> None:
    cem, places = (
        _person(hall, "cem"),
        wishes.Places(mail="cem@example.com", hook="https://x", secret="whsec_s"),
    )
    wishes.keep_places(hall.world, cem, "acme", places)
    assert b"example" not in bytes(Wish.objects.get(person=cem).places)
    assert wishes.places_of(hall.world, cem, "acme") == places
    assert "whsec" not in repr(places)


def _person(hall: Hall, name: str):
    from designer.models import Person

    return Person.objects.get(identity=hall.people[name].identity)
