"""Publishing: triggers come into force, and leave it."""

from __future__ import annotations

import threading

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, PolicyViolation, UnknownObject, WrongState
from engine.usecases.archive_flow import archive_flow
from engine.usecases.create_flow import create_flow
from engine.usecases.delete_flow import delete_flow
from engine.usecases.publish_flow import publish_flow, publish_refusals
from engine.usecases.unpublish_flow import unpublish_flow
from engine.usecases.update_flow import update_flow
from tests.engine.usecases.flows import ALICE, BOB, CHARLIE, definition, make_world, with_trigger

HOOK = {"type": "trigger.webhook", "params": {"path": "orders/:id", "methods": ["POST", "PUT"]}}
EVERY_MINUTE = {"type": "trigger.schedule", "params": {"intervalMs": 60_000}}
MORNINGS = {"type": "trigger.schedule", "params": {"cron": "0 9 * * *"}}


def publish(world, flow_id, *triggers, actor=ALICE):
    create_flow(world, actor, with_trigger(flow_id, *triggers))
    return publish_flow(world, actor, flow_id)


def test_publishing_puts_the_triggers_of_the_version_in_force():
    world = make_world()
    event = {"type": "trigger.event", "params": {"eventType": "order.paid"}}
    record = publish(world, "f", HOOK, EVERY_MINUTE, event, {"type": "trigger.manual"})
    assert record.published == record.revision
    (hook,) = world.flows.triggers("webhook")
    assert (hook.registration.step, hook.registration.key) == ("t0", "orders/:id")
    assert hook.registration.spec["methods"] == ["POST", "PUT"]
    (schedule,) = world.flows.triggers("schedule")
    assert 0 < schedule.next_us - world.clock.now_us() <= 60_000_000
    assert schedule.registration.spec["timezone"] == "Europe/Berlin"
    (paid,) = world.flows.triggers("event")
    assert paid.registration.key == "order.paid"
    assert {trigger.version for trigger in (hook, schedule, paid)} == {record.revision}


def test_a_webhook_without_a_path_answers_at_the_flows_id():
    world = make_world()
    publish(world, "orders", {"type": "trigger.webhook"})
    assert world.flows.triggers("webhook")[0].registration.key == "orders"


def test_disabled_triggers_stay_out():
    world = make_world()
    publish(world, "f", {**HOOK, "disabled": True}, EVERY_MINUTE)
    assert world.flows.triggers("webhook") == []


def test_the_published_version_stays_until_the_next_is_published():
    world = make_world()
    first = publish(world, "f", HOOK).published
    draft = update_flow(world, ALICE, "f", definition("f"), first)
    assert (draft.published, draft.revision != first) == (first, True)
    assert world.flows.triggers("webhook")
    publish_flow(world, ALICE, "f")
    assert world.flows.triggers("webhook") == []
    assert publish_flow(world, ALICE, "f", "1").published == first
    assert [v.published_us is not None for v in world.flows.history("personal", "f")] == [True, True]


def test_a_path_that_another_flow_serves_is_refused_in_any_subnet():
    world = make_world()
    publish(world, "f", HOOK)
    other = {"type": "trigger.webhook", "params": {"path": "orders/:number", "methods": ["PUT"]}}
    with pytest.raises(WrongState, match="PUT"):
        publish(world, "g", other, actor=CHARLIE)
    unpublish_flow(world, ALICE, "f")
    assert publish_flow(world, CHARLIE, "g").published
    with pytest.raises(WrongState):
        publish_flow(world, ALICE, "f")


def test_other_methods_of_the_same_path_are_free():
    world = make_world()
    publish(world, "f", HOOK)
    publish(world, "g", {"type": "trigger.webhook", "params": {"path": "orders/:id", "methods": ["GET"]}})
    assert len(world.flows.triggers("webhook")) == 2


def test_two_webhooks_of_one_flow_must_differ():
    world = make_world()
    with pytest.raises(InvalidInput) as caught:
        publish(world, "f", HOOK, HOOK)
    assert {p.code for p in caught.value.problems} == {"route_taken"}


def test_what_the_subnets_policy_denies_is_not_published():
    world = make_world(step_types_denied=("trigger.webhook",))
    with pytest.raises(PolicyViolation, match="t0"):
        publish(world, "f", HOOK)


@pytest.mark.parametrize("withdraw", [unpublish_flow, archive_flow, delete_flow])
def test_triggers_leave_force_and_routes_are_told(withdraw):
    world = make_world()
    publish(world, "f", HOOK, EVERY_MINUTE)
    before = world.flows.routes_revision()
    withdraw(world, ALICE, "f")
    assert world.flows.routes_revision() > before
    assert world.flows.triggers("webhook") == []
    assert world.flows.next_schedule_us() is None


def test_schedules_are_due_in_order_and_move_on_once():
    world = make_world()
    publish(world, "f", EVERY_MINUTE, MORNINGS)
    assert world.flows.schedules_due(world.clock.now_us()) == []
    assert world.flows.next_schedule_us() == min(t.next_us for t in world.flows.triggers("schedule"))
    world.clock.advance_ms(24 * 3600 * 1000)
    due = world.flows.schedules_due(world.clock.now_us())
    assert [trigger.registration.step for trigger in due] == ["t0", "t1"]
    won = []
    threads = [
        threading.Thread(target=lambda: won.append(world.flows.advance_schedule(due[0], due[0].next_us + 1)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_an_incomplete_draft_is_kept_and_publishing_says_what_it_lacks():
    world = make_world()
    incomplete = {"id": "f", "steps": [{"id": "a", "type": "http.request"}]}
    with pytest.raises(InvalidInput):
        create_flow(world, ALICE, incomplete)
    record = create_flow(world, ALICE, incomplete, draft=True)
    with pytest.raises(InvalidInput, match="cannot be published") as refused:
        publish_flow(world, ALICE, "f")
    assert [problem.path for problem in refused.value.problems] == ["steps[0].params.url"]
    whole = {"id": "f", "steps": [{"id": "a", "type": "http.request", "params": {"url": "http://x"}}]}
    update_flow(world, ALICE, "f", whole, record.revision, draft=True)
    assert publish_flow(world, ALICE, "f").published


def test_what_would_refuse_a_publish_is_told_before_it_all_at_once():
    world = make_world(step_types_denied=("trigger.schedule",))
    publish(world, "first", HOOK)
    must = {"settings": {"testsMustPass": True}}
    twice = {"type": "trigger.webhook", "params": {"path": "orders/:any", "methods": ["PUT"]}}
    create_flow(world, ALICE, {**with_trigger("f", twice, EVERY_MINUTE), **must})
    archive_flow(world, ALICE, "f")
    told = [problem.code for problem in publish_refusals(world, ALICE, "f")]
    assert told == ["archived", "policy", "route_taken", "missing"]
    assert world.flows.record("personal", "f").published == ""


def test_what_can_be_published_has_nothing_against_it():
    world = make_world()
    publish(world, "f", HOOK, EVERY_MINUTE)
    assert publish_refusals(world, ALICE, "f") == []


def test_what_refuses_a_publish_is_told_only_to_those_who_may_publish():
    world = make_world()
    publish(world, "f", HOOK)
    with pytest.raises(PermissionDenied):
        publish_refusals(world, BOB, "f")
    with pytest.raises(UnknownObject):
        publish_refusals(world, CHARLIE, "f")
