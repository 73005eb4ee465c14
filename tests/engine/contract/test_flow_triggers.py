"""The contract of the flow store: publishing, routes and schedules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.base.errors import UnknownObject, WrongState
from engine.ports.flow_store import ActiveTrigger, FlowStore, Registration
from tests.databases import in_threads
from tests.engine.contract.test_flow_store import create


def hook(path: str, *methods: str, step: str = "hook") -> Registration:
    return Registration("webhook", step, path, {"methods": list(methods) or ["POST"]})


def tick(step: str = "tick") -> Registration:
    return Registration("schedule", step, "", {"cron": "* * * * *", "timezone": "UTC"})


class TestPublishing:
    """One version is in force, with its triggers."""

    def test_publishing_puts_a_version_and_its_triggers_in_force(self, flows: FlowStore) -> None:
        made = create(flows)
        listener = Registration("event", "listen", "order.paid", {"match": {"n": 1}})
        before = flows.routes_revision()
        record = flows.publish(
            "alpha", "orders", made.version, [hook("o"), tick(), listener], {"tick": 50}, 20
        )
        assert (record.published, record.updated_us) == (made.version, 20)
        assert flows.record("alpha", "orders") == record
        assert flows.triggers("webhook") == [ActiveTrigger("alpha", "orders", made.version, hook("o"))]
        assert flows.triggers("schedule") == [ActiveTrigger("alpha", "orders", made.version, tick(), 50)]
        assert flows.triggers("event", "alpha") == [ActiveTrigger("alpha", "orders", made.version, listener)]
        assert flows.triggers("event", "beta") == []
        assert flows.routes_revision() > before
        assert flows.history("alpha", "orders")[0].published_us == 20

    def test_a_newer_version_takes_the_place_of_the_old_one(self, flows: FlowStore) -> None:
        first = create(flows)
        second = replace(first, name="Second")
        flows.save("alpha", second, first.version, "alice", "", 20)
        flows.publish("alpha", "orders", first.version, [hook("old"), tick()], {"tick": 50}, 30)
        before = flows.routes_revision()
        flows.publish("alpha", "orders", second.version, [hook("new")], {}, 40)
        assert flows.triggers("webhook") == [ActiveTrigger("alpha", "orders", second.version, hook("new"))]
        assert flows.triggers("schedule") == []
        assert flows.routes_revision() > before
        assert [v.published_us for v in flows.history("alpha", "orders")] == [40, 30]

    def test_only_versions_of_the_flow_are_published(self, flows: FlowStore) -> None:
        create(flows)
        other = create(flows, "other")
        with pytest.raises(UnknownObject):
            flows.publish("alpha", "orders", other.version, [], {}, 20)
        with pytest.raises(UnknownObject):
            flows.publish("beta", "orders", other.version, [], {}, 20)

    def test_unpublishing_takes_everything_out_of_force(self, flows: FlowStore) -> None:
        made = create(flows)
        flows.publish("alpha", "orders", made.version, [hook("o"), tick()], {"tick": 50}, 20)
        before = flows.routes_revision()
        record = flows.unpublish("alpha", "orders", 30)
        assert (record.published, record.updated_us) == ("", 30)
        assert flows.triggers("webhook") == flows.triggers("schedule") == []
        assert flows.routes_revision() > before
        assert flows.next_schedule_us() is None
        after = flows.routes_revision()
        assert flows.unpublish("alpha", "orders", 40).published == ""
        assert flows.routes_revision() == after, "nothing changed in what is in force"


class TestRoutes:
    """A method and path belong to one flow of the node."""

    def test_of_subnets_that_publish_overlapping_paths_at_once_one_is_served(self, flows: FlowStore) -> None:
        paths = ["orders/:id", "orders/new", ":any/:id", "orders/:other"]
        made = [create(flows, f"flow{n}", f"subnet{n}").version for n in range(4)]
        results = in_threads(
            4, lambda n: flows.publish(f"subnet{n}", f"flow{n}", made[n], [hook(paths[n])], {}, 20)
        )
        assert sum(isinstance(result, WrongState) for result in results) == 3, results
        assert len(flows.triggers("webhook")) == 1

    @pytest.mark.parametrize(
        ("taken", "wanted", "free"),
        [
            (hook("orders"), hook("orders"), False),
            (hook("orders/:id"), hook("orders/:number"), False),
            (hook("orders", "GET", "POST"), hook("orders", "PUT", "GET"), False),
            (hook("orders"), hook("orders", "GET"), True),
            (hook("orders"), hook("orders/new"), True),
            (hook("a/:x/b"), hook("a/:y/c"), True),
        ],
    )
    @pytest.mark.parametrize("subnet", ["alpha", "beta"])
    def test_a_route_is_served_once(
        self, flows: FlowStore, subnet: str, taken: Registration, wanted: Registration, free: bool
    ) -> None:
        first = create(flows)
        second = create(flows, "second", subnet)
        flows.publish("alpha", "orders", first.version, [taken], {}, 20)
        if free:
            flows.publish(subnet, "second", second.version, [wanted], {}, 30)
            assert len(flows.triggers("webhook")) == 2
            return
        before = flows.routes_revision()
        with pytest.raises(WrongState, match=f"/webhook/{wanted.key}"):
            flows.publish(subnet, "second", second.version, [tick(), wanted], {"tick": 1}, 30)
        assert flows.record(subnet, "second").published == ""
        assert flows.triggers("schedule") == []
        assert flows.routes_revision() == before

    def test_a_path_inside_a_pattern_is_its_subnets_own(self, flows: FlowStore) -> None:
        pattern, inside = create(flows), create(flows, "second")
        flows.publish("alpha", "orders", pattern.version, [hook("orders/:id")], {}, 20)
        flows.publish("alpha", "second", inside.version, [hook("orders/new")], {}, 30)
        other = create(flows, "third", "beta")
        with pytest.raises(WrongState):
            flows.publish("beta", "third", other.version, [hook("orders/old")], {}, 40)

    def test_a_flow_may_publish_its_own_route_again(self, flows: FlowStore) -> None:
        made = create(flows)
        for now in (20, 30):
            flows.publish("alpha", "orders", made.version, [hook("orders")], {}, now)
        assert len(flows.triggers("webhook")) == 1

    def test_a_route_is_free_again_after_its_flow_let_go(self, flows: FlowStore) -> None:
        made = create(flows)
        for number, let_go in enumerate((flows.unpublish, lambda s, i, n: flows.archive(s, i, True, n))):
            other = create(flows, f"other-{number}", "beta")
            flows.publish("beta", other.id, other.version, [hook("orders")], {}, 20)
            let_go("beta", other.id, 30)
        flows.publish("alpha", "orders", made.version, [hook("orders")], {}, 40)
        assert [trigger.flow for trigger in flows.triggers("webhook")] == ["orders"]

    def test_of_many_who_publish_the_same_route_one_wins(self, flows: FlowStore) -> None:
        versions = [create(flows, f"f{n}").version for n in range(4)]
        results = in_threads(4, lambda n: flows.publish("alpha", f"f{n}", versions[n], [hook("one")], {}, 20))
        assert sum(isinstance(result, WrongState) for result in results) == 3
        assert len(flows.triggers("webhook")) == 1


class TestSchedules:
    """One firing per schedule and tick."""

    def fill(self, flows: FlowStore) -> None:
        for number, (id, due) in enumerate((("a", 300), ("b", 100), ("c", 200))):
            made = create(flows, id, name=f"Flow {number}")
            flows.publish("alpha", id, made.version, [tick()], {"tick": due}, 20)

    def test_due_ones_come_first_due_first(self, flows: FlowStore) -> None:
        self.fill(flows)
        assert [trigger.flow for trigger in flows.schedules_due(200)] == ["b", "c"]
        assert [trigger.flow for trigger in flows.schedules_due(300, limit=1)] == ["b"]
        assert flows.schedules_due(99) == []
        assert flows.next_schedule_us() == 100

    def test_a_schedule_moves_on_once_a_tick(self, flows: FlowStore) -> None:
        self.fill(flows)
        [due] = flows.schedules_due(100)
        assert flows.advance_schedule(due, 400)
        assert not flows.advance_schedule(due, 500)
        assert flows.schedules_due(100) == []
        assert flows.next_schedule_us() == 200
        [moved] = [t for t in flows.schedules_due(400) if t.flow == "b"]
        assert moved.next_us == 400

    def test_of_many_schedulers_one_advances(self, flows: FlowStore) -> None:
        self.fill(flows)
        [due] = flows.schedules_due(100)
        assert sorted(in_threads(4, lambda n: flows.advance_schedule(due, 400 + n))) == [False] * 3 + [True]

    def test_a_schedule_without_a_next_tick_rests(self, flows: FlowStore) -> None:
        self.fill(flows)
        [due] = flows.schedules_due(100)
        assert flows.advance_schedule(due, None)
        assert [trigger.flow for trigger in flows.schedules_due(10**9)] == ["c", "a"]

    def test_a_schedule_that_was_published_anew_is_not_moved_by_who_saw_the_old_one(
        self, flows: FlowStore
    ) -> None:
        self.fill(flows)
        [due] = flows.schedules_due(100)
        version = flows.record("alpha", "b").revision
        flows.publish("alpha", "b", version, [tick()], {"tick": 150}, 30)
        assert not flows.advance_schedule(due, 400)
        assert flows.next_schedule_us() == 150
