"""The contract of the flow store: versions, history and saves that may be stale."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import StaleRevision, UnknownObject, WrongState
from engine.flow.model import Edge, Flow, FlowSettings, Metadata, RetryPolicy, Step
from engine.ports.flow_store import FlowSignature, FlowStore, Registration
from tests.databases import in_threads


def flow(id: str = "orders", name: str = "Orders", **fields: Any) -> Flow:
    steps = (
        Step("hook", "trigger.webhook", {"path": "orders"}),
        Step("shape", "data.set", {"n": 1, "deep": [{"x": None}]}, retry=RetryPolicy(3), position=(1.5, 2)),
    )
    return Flow(id, name, steps, (Edge("hook", "shape"),), **fields)


def create(flows: FlowStore, id: str = "orders", subnet: str = "alpha", **fields: Any) -> Flow:
    made = flow(id, **fields)
    flows.create(subnet, made, "alice", "first", 10)
    return made


class TestVersions:
    """A save makes a version; nothing is overwritten unseen."""

    def test_a_created_flow_is_recorded_and_loads_back(self, flows: FlowStore) -> None:
        metadata = Metadata(("daily", "shop"), "sales", "dao-only")
        made = flow(
            owner="alice", description="All orders", metadata=metadata, settings=FlowSettings("v1", 5)
        )
        record = flows.create("alpha", made, "alice", "first", 10)
        assert record == flows.record("alpha", "orders")
        assert (record.subnet, record.id, record.name, record.owner) == ("alpha", "orders", "Orders", "alice")
        assert (record.revision, record.published, record.archived) == (made.version, "", False)
        assert (record.tags, record.category, record.visibility) == (("daily", "shop"), "sales", "dao-only")
        assert (record.description, record.created_us, record.updated_us) == ("All orders", 10, 10)
        loaded = flows.version("alpha", made.version)
        assert loaded == made
        assert loaded.version == made.version

    def test_an_id_is_taken_once_a_subnet(self, flows: FlowStore) -> None:
        create(flows)
        with pytest.raises(WrongState, match="orders"):
            create(flows, name="Other")
        assert flows.record("alpha", "orders").name == "Orders"
        create(flows, subnet="beta")

    def test_a_save_adds_a_version(self, flows: FlowStore) -> None:
        first = create(flows, owner="alice")
        second = replace(first, name="Orders 2", owner="", metadata=Metadata(("new",)))
        record = flows.save("alpha", second, first.version, "bob", "second", 20)
        assert (record.name, record.owner, record.revision) == ("Orders 2", "alice", second.version)
        assert (record.tags, record.created_us, record.updated_us) == (("new",), 10, 20)
        assert flows.version("alpha", first.version) == first
        history = flows.history("alpha", "orders")
        assert [(v.number, v.version, v.author, v.message, v.created_us) for v in history] == [
            (2, second.version, "bob", "second", 20),
            (1, first.version, "alice", "first", 10),
        ]

    def test_a_stale_save_is_refused_and_told_what_is_newest(self, flows: FlowStore) -> None:
        first = create(flows)
        second = replace(first, name="Second")
        flows.save("alpha", second, first.version, "alice", "", 20)
        with pytest.raises(StaleRevision) as refused:
            flows.save("alpha", replace(first, name="Third"), first.version, "bob", "", 30)
        assert refused.value.details["newest"] == second.version
        assert len(flows.history("alpha", "orders")) == 2

    def test_of_many_savers_one_wins(self, flows: FlowStore) -> None:
        first = create(flows)
        results = in_threads(
            4, lambda n: flows.save("alpha", replace(first, name=f"by {n}"), first.version, f"{n}", "", 20)
        )
        assert sum(isinstance(result, StaleRevision) for result in results) == 3
        assert [version.number for version in flows.history("alpha", "orders")] == [2, 1]

    def test_saving_what_is_newest_changes_nothing(self, flows: FlowStore) -> None:
        first = create(flows)
        before = flows.record("alpha", "orders")
        assert flows.save("alpha", first, first.version, "bob", "again", 99) == before
        assert len(flows.history("alpha", "orders")) == 1

    def test_an_older_version_saved_again_is_a_new_entry(self, flows: FlowStore) -> None:
        first = create(flows)
        second = replace(first, name="Second")
        flows.save("alpha", second, first.version, "alice", "", 20)
        record = flows.save("alpha", first, second.version, "alice", "rolled back", 30)
        assert record.revision == first.version
        assert [version.version for version in flows.history("alpha", "orders")] == [
            first.version,
            second.version,
            first.version,
        ]

    def test_what_is_unknown_is_named(self, flows: FlowStore) -> None:
        made = create(flows)
        for subnet, id in (("alpha", "nothing"), ("beta", "orders")):
            with pytest.raises(UnknownObject, match=id):
                flows.record(subnet, id)
            with pytest.raises(UnknownObject):
                flows.history(subnet, id)
            with pytest.raises(UnknownObject):
                flows.delete(subnet, id)
            with pytest.raises(UnknownObject):
                flows.save(subnet, flow(id), made.version, "x", "", 0)
        with pytest.raises(UnknownObject):
            flows.version("beta", made.version)
        with pytest.raises(UnknownObject):
            flows.version("alpha", "bafynowhere")

    def test_a_tag_names_one_entry_and_moves(self, flows: FlowStore) -> None:
        first = create(flows)
        second = replace(first, name="Second")
        flows.save("alpha", second, first.version, "alice", "", 20)
        flows.tag("alpha", "orders", first.version, "stable")
        flows.tag("alpha", "orders", first.version, "2024")
        assert [version.tags for version in flows.history("alpha", "orders")] == [(), ("stable", "2024")]
        flows.tag("alpha", "orders", second.version, "stable")
        assert [version.tags for version in flows.history("alpha", "orders")] == [("stable",), ("2024",)]
        with pytest.raises(UnknownObject):
            flows.tag("alpha", "orders", "bafynowhere", "stable")
        assert flows.untag("alpha", "orders", "2024") == first.version
        assert flows.untag("alpha", "orders", "2024") is None
        assert [version.tags for version in flows.history("alpha", "orders")] == [("stable",), ()]
        with pytest.raises(UnknownObject):
            flows.untag("beta", "orders", "stable")

    def test_archived_flows_are_put_away_and_taken_back_out(self, flows: FlowStore) -> None:
        made = create(flows)
        hook = Registration("webhook", "hook", "orders", {"methods": ["POST"]})
        flows.publish("alpha", "orders", made.version, [hook], {}, 20)
        record = flows.archive("alpha", "orders", True, 30)
        assert (record.archived, record.published, record.updated_us) == (True, "", 30)
        assert flows.triggers("webhook") == []
        assert not flows.archive("alpha", "orders", False, 40).archived

    @pytest.mark.parametrize("path", ["orders/:id", "orders/new", ":any/:id", "orders/:other"])
    def test_no_subnet_serves_paths_that_another_serves(self, flows: FlowStore, path: str) -> None:
        mine, theirs = create(flows), create(flows, subnet="beta")
        hook = Registration("webhook", "hook", "orders/:id", {"methods": ["POST"]})
        flows.publish("alpha", "orders", mine.version, [hook], {}, 20)
        with pytest.raises(WrongState, match="another subnet"):
            flows.publish("beta", "orders", theirs.version, [replace(hook, key=path)], {}, 30)
        with pytest.raises(WrongState, match="another subnet"):
            flows.check_routes("beta", "orders", [replace(hook, key=path)])
        flows.check_routes("alpha", "orders", [hook])
        with pytest.raises(WrongState, match="'orders'"):
            flows.check_routes("alpha", "bills", [hook])
        flows.publish("beta", "orders", theirs.version, [replace(hook, key="bills/:id")], {}, 40)

    def test_a_deleted_flow_leaves_its_id_free(self, flows: FlowStore) -> None:
        made = create(flows)
        hook = Registration("webhook", "hook", "orders", {"methods": ["POST"]})
        flows.publish("alpha", "orders", made.version, [hook], {}, 20)
        flows.tag("alpha", "orders", made.version, "stable")
        flows.delete("alpha", "orders")
        with pytest.raises(UnknownObject):
            flows.record("alpha", "orders")
        assert flows.triggers("webhook") == []
        create(flows)
        assert [(v.number, v.tags) for v in flows.history("alpha", "orders")] == [(1, ())]


class TestListing:
    """Flows of one subnet, by id."""

    def fill(self, flows: FlowStore) -> None:
        create(flows, "b", name="Invoices", metadata=Metadata(("shop", "a%b")), description="ÜBER 100 %")
        create(flows, "a", metadata=Metadata(("shopping",)))
        create(flows, "c", metadata=Metadata(("shop",)))
        create(flows, "d", subnet="beta", metadata=Metadata(("shop",)))
        flows.archive("alpha", "c", True, 20)

    def ids(self, flows: FlowStore, **query: Any) -> list[str]:
        return [record.id for record in flows.list("alpha", **query)]

    def test_by_id_without_archived_ones(self, flows: FlowStore) -> None:
        self.fill(flows)
        assert self.ids(flows) == ["a", "b"]
        assert self.ids(flows, archived=True) == ["c"]
        assert self.ids(flows, limit=1) == ["a"]
        assert self.ids(flows, after="a") == ["b"]

    def test_by_whole_tag(self, flows: FlowStore) -> None:
        self.fill(flows)
        assert self.ids(flows, tag="shop") == ["b"]
        assert self.ids(flows, tag="a%b") == ["b"]
        assert self.ids(flows, tag="%") == self.ids(flows, tag="SHOP") == []

    def test_by_text_in_any_case(self, flows: FlowStore) -> None:
        self.fill(flows)
        assert (
            self.ids(flows, text="INVO")
            == self.ids(flows, text="über")
            == self.ids(flows, text="0 %")
            == ["b"]
        )
        assert self.ids(flows, text="_") == []


class TestSignatures:
    """Who answers for a version is kept beside it."""

    def test_signatures_read_back_and_the_latest_of_an_identity_stays(self, flows: Any) -> None:
        first, second = (FlowSignature("v", f"bafy-{n}", "z6Mk", n, bytes([n]) * 64) for n in (1, 2))
        flows.sign("alpha", second)
        flows.sign("alpha", first)
        assert list(flows.signatures("alpha", "v")) == [first, second]
        later = FlowSignature("v", "bafy-1", "z6Mn", 9, bytes(64))
        flows.sign("alpha", later)
        assert list(flows.signatures("alpha", "v")) == [second, later]
        assert list(flows.signatures("beta", "v")) == list(flows.signatures("alpha", "w")) == []
