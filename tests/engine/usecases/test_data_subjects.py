"""Data subjects: everything of one person for them, and its erasure with the proofs left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import ContentErased, InvalidInput, PermissionDenied, WrongState
from engine.ports.audit_trail import AuditQuery
from engine.testing.world import ALICE, BOB, CHARLIE
from engine.usecases.data_subjects import erase_subject, export_subject
from engine.usecases.manage_consents import list_consents, record_consent
from engine.usecases.manage_holds import NewHold, place_hold, release_hold
from engine.usecases.persons import register_person
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.subject_data import pseudonym
from engine.usecases.world import World

ANN, BEN = "ann@example.com", "ben@example.com"


def order(customer: str, **more: Any) -> list[dict[str, Any]]:
    return [{"json": {"n": 0, "customer": {"id": customer, "street": "Elm 1"}, **more}}]


@pytest.fixture
def orders(publish, start, world: World) -> dict[str, str]:
    """An execution about each of two persons, by their consent."""
    policy = {"consent": {"purpose": "billing", "person": "customer.id"}}
    publish("f", {"a": "t.add"}, declared=policy)
    found = {}
    for person in (ANN, BEN):
        record_consent(world, ALICE, person, "billing", "flows/f")
        started = start("f", items=order(person))
        started.future.result(10)
        found[person] = started.execution
    return found


def is_erased(world: World, execution: str) -> bool:
    try:
        world.journal.load(execution)
    except ContentErased:
        return True
    return False


def ids(report: dict[str, Any], part: str, kind: str) -> list[str]:
    return [one["id"] for one in report[part] if one["kind"] == kind]


def test_an_export_holds_everything_of_one_person_and_nothing_of_others(
    orders: dict[str, str], world: World
) -> None:
    found = export_subject(world, ALICE, ANN)
    assert [one["id"] for one in found["executions"]] == [orders[ANN]]
    assert {"id": ANN, "street": "Elm 1"} in [place["data"] for place in found["executions"][0]["found"]]
    assert [consent["person"] for consent in found["consents"]] == [ANN]
    assert BEN not in str(found)
    assert found["notSearched"]


def test_an_erasure_shreds_what_names_the_person_and_leaves_proofs(
    orders: dict[str, str], world: World
) -> None:
    trail = world.journal.trail(orders[ANN])
    planned = erase_subject(world, ALICE, ANN, dry_run=True)
    assert not is_erased(world, orders[ANN])
    done = erase_subject(world, ALICE, ANN)
    assert done["erased"] == planned["erased"]
    assert ids(done, "erased", "execution") == [orders[ANN]]
    assert len(ids(done, "erased", "consent")) == 1
    assert ids(done, "kept", "proofs") == [""]
    assert is_erased(world, orders[ANN])
    assert not is_erased(world, orders[BEN])
    after = world.journal.trail(orders[ANN])
    assert [entry.hash for entry in after.entries] == [entry.hash for entry in trail.entries]
    people = {consent.person: consent.withdrawn_us for consent in list_consents(world, ALICE)}
    assert set(people) == {pseudonym(world, ANN), BEN}
    assert people[pseudonym(world, ANN)] is not None
    assert erase_subject(world, ALICE, ANN)["erased"] == []


def test_the_trail_tells_of_the_erasure_and_not_of_the_person(orders: dict[str, str], world: World) -> None:
    erase_subject(world, ALICE, ANN, dry_run=True)
    assert world.audit.search(AuditQuery("personal", action="subject.erase")) == []
    export_subject(world, ALICE, ANN)
    erase_subject(world, ALICE, ANN)
    found = world.audit.search(AuditQuery("personal", action="subject.*"))
    assert [event.action for event in found] == ["subject.erase", "subject.export"]
    assert {event.resource for event in found} == {pseudonym(world, ANN)}
    assert ANN not in str(world.audit.search(AuditQuery("personal", limit=1_000)))


def test_a_hold_on_the_person_stops_it(orders: dict[str, str], world: World) -> None:
    hold = place_hold(world, ALICE, NewHold("identity", "case 7", ANN))
    with pytest.raises(WrongState, match=hold.id):
        erase_subject(world, ALICE, ANN)
    assert not is_erased(world, orders[ANN])
    release_hold(world, ALICE, hold.id)
    assert ids(erase_subject(world, ALICE, ANN), "erased", "execution") == [orders[ANN]]


def test_a_held_execution_and_one_that_runs_are_kept_and_the_report_says_why(
    orders: dict[str, str], start, gate, world: World
) -> None:
    hold = place_hold(world, ALICE, NewHold("execution", "case 7", orders[ANN]))
    report = erase_subject(world, ALICE, ANN)
    (kept,) = [one for one in report["kept"] if one["kind"] == "execution"]
    assert kept["id"] == orders[ANN]
    assert hold.id in kept["why"]
    assert "case 7" in kept["why"]
    assert not is_erased(world, orders[ANN])


def test_the_engines_own_words_are_no_person(orders: dict[str, str], world: World) -> None:
    for word in ("alice", "production", "f", "personal", "main", "1"):
        assert export_subject(world, ALICE, word)["executions"] == []
        assert ids(erase_subject(world, ALICE, word), "erased", "execution") == []


def test_a_number_names_a_person_only_where_the_flow_says_so(publish, start, world: World) -> None:
    publish("f", {"a": "t.add"}, declared={"consent": {"purpose": "billing", "person": "customer.id"}})
    record_consent(world, ALICE, "7", "billing")
    record_consent(world, ALICE, "8", "billing")
    made = [start("f", items=[{"json": {"n": 7, "customer": {"id": id}}}]) for id in (7, 8)]
    for started in made:
        started.future.result(10)
    found = export_subject(world, ALICE, "7")["executions"]
    assert [one["id"] for one in found] == [made[0].execution]


def test_a_person_who_works_here_is_told_of_their_acts_and_their_key_log_is_kept(world: World) -> None:
    world.access.ensure_personal_subnet(0)
    record = register_person(world, "personal", "Ann")
    subject = record.id
    ann = replace(ALICE, id=f"person:{subject}", identity=subject)
    record_consent(world, ann, BEN, "billing")
    found = export_subject(world, ALICE, subject)
    assert found["identity"]["name"] == "Ann"
    assert "consent.record" in [event["action"] for event in found["events"]]
    report = erase_subject(world, ALICE, subject)
    assert ids(report, "kept", "identity") == [subject]
    assert ids(report, "kept", "events") == [""]


def test_another_subnets_person_is_nobody_here(orders: dict[str, str], world: World) -> None:
    for report in (export_subject(world, CHARLIE, ANN), export_subject(world, CHARLIE, BEN)):
        assert [report[part] for part in ("executions", "consents", "tokens", "identity")] == [
            [],
            [],
            [],
            None,
        ]
    assert erase_subject(world, CHARLIE, ANN)["erased"] == []
    assert not is_erased(world, orders[ANN])
    assert {consent.person for consent in list_consents(world, ALICE)} == {ANN, BEN}
    world.access.ensure_personal_subnet(0)
    record = register_person(world, "personal", "Ann")
    assert export_subject(world, CHARLIE, record.id)["identity"] is None


def test_only_an_administrator_asks_and_a_person_has_a_name(world: World) -> None:
    for act in (export_subject, erase_subject):
        with pytest.raises(PermissionDenied):
            act(world, BOB, ANN)
        for nobody in ("", "two\nlines", "x" * 10_000):
            with pytest.raises(InvalidInput):
                act(world, ALICE, nobody)


def test_refused_checks_that_name_the_person_are_reported(publish, world: World) -> None:
    publish("g", {"a": "t.add"}, declared={"consent": {"purpose": "ads", "person": "customer.id"}})
    with pytest.raises(PermissionDenied):
        start_execution(world, ALICE, StartRequest("g", order(ANN)))
    world.trust.flush()
    assert len(export_subject(world, ALICE, ANN)["denials"]) == 1
    assert ids(erase_subject(world, ALICE, ANN), "kept", "denials") == [""]
