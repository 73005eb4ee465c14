"""The contract of the journal store: leases, inbox, outbox, and what needs a worker."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import LeaseLost, UnknownObject
from engine.journal.state import Status
from engine.ports.journal_store import Commit, JournalStore, Outgoing, Posted
from tests.databases import in_threads
from tests.engine.contract.samples import completed, creation

ACTIVE = [Status.PAUSED, Status.RUNNING, Status.WAITING]


def make(journal: JournalStore, id: str = "exe_1", **fields: Any) -> None:
    journal.create(creation(id, **fields))


class TestLeases:
    """One execution has one writer."""

    def test_a_free_lease_is_taken_once(self, journal: JournalStore) -> None:
        make(journal)
        assert journal.take("exe_1", "me", now_us=10, until_us=20)
        assert not journal.take("exe_1", "you", now_us=19, until_us=30)
        held = journal.header("exe_1")
        assert (held.lease_owner, held.lease_until_us) == ("me", 20)

    def test_an_expired_lease_is_free_and_our_own_is_ours(self, journal: JournalStore) -> None:
        make(journal)
        assert journal.take("exe_1", "me", now_us=10, until_us=20)
        assert journal.take("exe_1", "me", now_us=11, until_us=21)
        assert journal.take("exe_1", "you", now_us=21, until_us=30)

    @pytest.mark.parametrize("status", list(Status))
    def test_only_active_executions_can_be_leased(self, journal: JournalStore, status: Status) -> None:
        make(journal, status=status)
        assert journal.take("exe_1", "me", now_us=1, until_us=2) is (status in ACTIVE)

    def test_nobody_leases_what_is_not_there(self, journal: JournalStore) -> None:
        assert not journal.take("exe_nowhere", "me", now_us=1, until_us=2)

    def test_of_many_racers_one_wins(self, journal: JournalStore) -> None:
        for round in range(10):
            id = f"exe_{round}"
            make(journal, id)
            won = in_threads(4, lambda n, id=id: journal.take(id, f"racer-{n}", now_us=1, until_us=2))
            assert sorted(won) == [False, False, False, True]
            assert journal.header(id).lease_owner == f"racer-{won.index(True)}"

    def test_of_two_writers_racing_with_one_lease_each_entry_is_written_once(
        self, journal: JournalStore
    ) -> None:
        make(journal, lease_owner="me", lease_until_us=9)
        before = journal.header("exe_1")
        results = in_threads(4, lambda n: journal.commit(Commit(before, 1, [completed(n + 1)]), "me"))
        assert sum(isinstance(result, str) for result in results) == 1
        assert len(journal.load("exe_1")[1]) == 2

    def test_renewing_extends_all_leases_that_are_left(self, journal: JournalStore) -> None:
        for id, owner in (("exe_1", "me"), ("exe_2", "me"), ("exe_3", "you"), ("exe_4", "")):
            make(journal, id, lease_owner=owner, lease_until_us=5)
        make(journal, "exe_5", status=Status.COMPLETED, lease_owner="me", lease_until_us=5)
        assert journal.renew("me", 50) == 2
        assert journal.header("exe_2").lease_until_us == 50
        assert journal.header("exe_3").lease_until_us == 5
        assert journal.renew("nobody", 50) == journal.renew("", 50) == 0

    def test_only_the_holder_releases(self, journal: JournalStore) -> None:
        make(journal, lease_owner="me", lease_until_us=5)
        journal.release("exe_1", "you")
        assert journal.header("exe_1").lease_owner == "me"
        journal.release("exe_1", "me")
        assert (journal.header("exe_1").lease_owner, journal.header("exe_1").lease_until_us) == ("", 0)

    def test_leases_of_a_dead_node_are_freed(self, journal: JournalStore) -> None:
        for id, owner in (("exe_1", "node_a:1"), ("exe_2", "node_a:2"), ("exe_3", "node_ab:1")):
            make(journal, id, lease_owner=owner, lease_until_us=5)
        assert journal.release_all("node_a:") == 2
        assert journal.header("exe_1").lease_owner == ""
        assert journal.header("exe_3").lease_owner == "node_ab:1"
        with pytest.raises(LeaseLost):
            journal.commit(Commit(journal.header("exe_1"), 1, [completed()]), "node_a:1")


class TestInbox:
    """Signals arrive once, in order."""

    def test_signals_come_in_order_with_what_they_carry(self, journal: JournalStore) -> None:
        make(journal)
        first = Posted("sig_b", "exe_1", "answer", {"task": 3, "payload": {"bytes": b"\x00\xff"}}, "tok_bob")
        second = Posted("sig_a", "exe_1", "pause")
        assert journal.post(first)
        assert journal.post(second)
        assert journal.inbox("exe_1") == [first, second]
        assert journal.inbox("exe_2") == []

    def test_a_doubled_signal_is_refused(self, journal: JournalStore) -> None:
        make(journal)
        make(journal, "exe_2")
        assert journal.post(Posted("sig", "exe_1", "event", {"n": 1}))
        assert not journal.post(Posted("sig", "exe_1", "event", {"n": 2}))
        assert journal.post(Posted("sig", "exe_2", "event", {"n": 3})), "ids count per execution"
        assert [signal.payload for signal in journal.inbox("exe_1")] == [{"n": 1}]

    def test_many_signals_are_posted_at_once_and_executions_that_are_gone_passed_over(
        self, journal: JournalStore
    ) -> None:
        make(journal)
        make(journal, "exe_2")
        assert journal.post(Posted("sig", "exe_2", "abort", {"n": 1}))
        sent = [Posted("sig", f"exe_{n}", "abort", {"n": n}) for n in (1, 2, 3)]
        assert journal.post_all(sent) == sent[:1]
        assert journal.post_all(sent) == []
        assert journal.post_all([]) == []
        assert journal.inbox("exe_1") == sent[:1]
        assert journal.inbox("exe_2")[0].payload == {"n": 1}
        assert journal.with_signals(["exe_1", "exe_2", "exe_3"]) == ["exe_1", "exe_2"]

    def test_a_consumed_signal_is_gone_and_its_double_is_still_refused(self, journal: JournalStore) -> None:
        make(journal, lease_owner="me", lease_until_us=5)
        journal.post(Posted("sig_1", "exe_1", "event"))
        journal.post(Posted("sig_2", "exe_1", "event"))
        journal.commit(
            Commit(journal.header("exe_1"), 1, [completed()], consumed=["sig_1", "sig_never"]), "me"
        )
        assert [signal.id for signal in journal.inbox("exe_1")] == ["sig_2"]
        assert not journal.post(Posted("sig_1", "exe_1", "event"))
        assert not journal.post(Posted("sig_never", "exe_1", "event"))

    def test_a_failed_commit_consumes_nothing(self, journal: JournalStore) -> None:
        make(journal, lease_owner="me", lease_until_us=5)
        journal.post(Posted("sig", "exe_1", "event"))
        with pytest.raises(LeaseLost):
            journal.commit(Commit(journal.header("exe_1"), 1, [completed()], consumed=["sig"]), "you")
        assert [signal.id for signal in journal.inbox("exe_1")] == ["sig"]

    def test_an_unknown_execution_has_no_inbox(self, journal: JournalStore) -> None:
        with pytest.raises(UnknownObject, match="exe_nowhere"):
            journal.post(Posted("sig", "exe_nowhere", "pause"))

    def test_of_many_who_post_the_same_signal_one_gets_true(self, journal: JournalStore) -> None:
        make(journal)
        fresh = in_threads(4, lambda n: journal.post(Posted("sig", "exe_1", "event", {"from": n})))
        assert sorted(fresh) == [False, False, False, True]
        assert len(journal.inbox("exe_1")) == 1

    def test_executions_with_signals_are_named(self, journal: JournalStore) -> None:
        for id in ("exe_1", "exe_2", "exe_3"):
            make(journal, id)
        journal.post(Posted("sig_1", "exe_2", "pause"))
        journal.post(Posted("sig_2", "exe_2", "resume"))
        journal.post(Posted("sig_3", "exe_3", "pause"))
        assert journal.with_signals(["exe_1", "exe_2", "exe_nowhere"]) == ["exe_2"]
        assert journal.with_signals([]) == []


class TestOutbox:
    """Effects are kept until they were carried out."""

    def test_effects_are_stored_with_the_commit_and_leave_when_sent(self, journal: JournalStore) -> None:
        effects = [Outgoing("out_1", "tell-parent", {"parent": {"task": 1}}), Outgoing("out_2", "event", {})]
        journal.create(creation(outgoing=effects, lease_owner="me", lease_until_us=5))
        later = Outgoing("out_3", "start-child", {"n": 1})
        journal.commit(Commit(journal.header("exe_1"), 1, [completed()], [later]), "me")
        assert journal.outbox(0) == [*effects, later]
        assert journal.outbox(0, limit=1) == effects[:1]
        journal.sent(["out_1", "out_3", "out_nowhere"])
        journal.sent([])
        assert journal.outbox(0) == [effects[1]]

    def test_a_postponed_effect_waits_its_time(self, journal: JournalStore) -> None:
        journal.create(creation(outgoing=[Outgoing("out_1", "event", {})]))
        journal.postpone("out_1", 50, "peer \x00 away \ud800")
        assert journal.outbox(49) == []
        assert [effect.id for effect in journal.outbox(50)] == ["out_1"]

    def test_effects_outlive_the_execution(self, journal: JournalStore) -> None:
        journal.create(creation(outgoing=[Outgoing("out_1", "event", {})], status=Status.FAILED))
        journal.delete("exe_1")
        assert [effect.id for effect in journal.outbox(0)] == ["out_1"]


class TestDue:
    """The sweep finds what needs a worker, and nothing else."""

    def test_running_ones_without_a_live_lease(self, journal: JournalStore) -> None:
        make(journal, "exe_free")
        make(journal, "exe_dead", lease_owner="me", lease_until_us=100)
        make(journal, "exe_held", lease_owner="me", lease_until_us=101)
        for status in Status:
            if status is not Status.RUNNING:
                make(journal, f"exe_{status}", status=status)
        assert journal.due(100) == ["exe_dead", "exe_free"]

    def test_timers(self, journal: JournalStore) -> None:
        make(journal, "exe_due", status=Status.WAITING, wake_us=100)
        make(journal, "exe_later", status=Status.WAITING, wake_us=101)
        make(journal, "exe_held", status=Status.WAITING, wake_us=1, lease_owner="me", lease_until_us=101)
        make(journal, "exe_paused", status=Status.PAUSED, wake_us=1)
        make(journal, "exe_ended", status=Status.FAILED, wake_us=1)
        assert journal.due(100) == ["exe_due"]
        assert journal.next_wake_us() == 100

    def test_no_timer_no_wake(self, journal: JournalStore) -> None:
        make(journal, status=Status.WAITING)
        assert journal.next_wake_us() is None

    def test_signals(self, journal: JournalStore) -> None:
        for status in Status:
            make(journal, f"exe_{status}", status=status)
            journal.post(Posted("sig", f"exe_{status}", "resume"))
        make(journal, "exe_held", status=Status.WAITING, lease_owner="me", lease_until_us=101)
        journal.post(Posted("sig", "exe_held", "resume"))
        assert journal.due(100) == ["exe_paused", "exe_running", "exe_waiting"]
        assert journal.due(101) == ["exe_held", "exe_paused", "exe_running", "exe_waiting"]

    def test_consumed_signals_need_nobody(self, journal: JournalStore) -> None:
        make(journal, status=Status.PAUSED, lease_owner="me", lease_until_us=5)
        journal.post(Posted("sig", "exe_1", "pause"))
        released = replace(journal.header("exe_1"), lease_owner="", lease_until_us=0)
        journal.commit(Commit(released, 1, [completed()], consumed=["sig"]), "me")
        assert journal.due(100) == []

    def test_priority_comes_before_age(self, journal: JournalStore) -> None:
        make(journal, "exe_old", created_us=1, priority=5)
        make(journal, "exe_new", created_us=2, priority=5)
        make(journal, "exe_first", created_us=3, priority=0)
        assert journal.due(100) == ["exe_first", "exe_old", "exe_new"]
        assert journal.due(100, limit=1) == ["exe_first"]


class TestLanes:
    """Who waits in a lane runs when there is room, in order."""

    def wait(self, journal: JournalStore, *ids: str, **fields: Any) -> None:
        for number, id in enumerate(ids):
            make(journal, id, status=Status.PENDING, **{"created_us": number, **fields})

    def test_as_many_as_there_is_room_for(self, journal: JournalStore) -> None:
        make(journal, "exe_running")
        self.wait(journal, "exe_a", "exe_b", "exe_c")
        assert journal.pending("alpha") == 3
        assert journal.admit("alpha", running_max=3, now_us=77) == ["exe_a", "exe_b"]
        assert (journal.running("alpha"), journal.pending("alpha")) == (3, 1)
        assert journal.header("exe_a").status is Status.RUNNING
        assert journal.header("exe_a").updated_us == 77
        assert journal.admit("alpha", running_max=3, now_us=78) == []
        assert journal.due(100) == ["exe_a", "exe_b", "exe_running"]

    def test_best_priority_then_oldest(self, journal: JournalStore) -> None:
        self.wait(journal, "exe_a", "exe_b")
        self.wait(journal, "exe_c", priority=1, created_us=9)
        assert journal.admit("alpha", 2, 0) == ["exe_c", "exe_a"]

    def test_a_full_flow_does_not_hold_up_the_others(self, journal: JournalStore) -> None:
        make(journal, "exe_running", flow="narrow")
        self.wait(journal, "exe_a", "exe_b", "exe_c", flow="narrow", concurrency_max=2)
        self.wait(journal, "exe_d", "exe_e", flow="wide", created_us=5)
        assert journal.admit("alpha", 100, 0) == ["exe_a", "exe_d", "exe_e"]
        assert journal.running("alpha", "narrow") == 2
        assert journal.running("alpha", "wide") == 2

    def test_a_flows_lane_is_first_in_first_out(self, journal: JournalStore) -> None:
        make(journal, "exe_running")
        self.wait(journal, "exe_a", concurrency_max=1)
        self.wait(journal, "exe_b", created_us=1)
        assert journal.admit("alpha", 9, 0) == []
        self.wait(journal, "exe_c", flow="other", created_us=2)
        assert journal.admit("alpha", 9, 0) == ["exe_c"]

    def test_many_full_flows_are_passed_by(self, journal: JournalStore) -> None:
        for number in range(12):
            flow = f"full-{number}"
            make(journal, f"exe_r{number}", flow=flow)
            self.wait(journal, f"exe_p{number}", f"exe_q{number}", flow=flow, concurrency_max=1)
        self.wait(journal, "exe_last", created_us=99)
        assert journal.admit("alpha", 13, 0) == ["exe_last"]

    def test_subnets_have_lanes_of_their_own(self, journal: JournalStore) -> None:
        make(journal, "exe_running", subnet="beta")
        self.wait(journal, "exe_a")
        self.wait(journal, "exe_b", subnet="beta")
        assert journal.admit("beta", 1, 0) == []
        assert journal.admit("beta", 9, 0) == ["exe_b"]
        assert journal.admit("alpha", 1, 0) == ["exe_a"]
        assert (journal.running("beta"), journal.pending("beta")) == (2, 0)
        assert (journal.running("gamma"), journal.pending("gamma")) == (0, 0)

    def test_racing_workers_do_not_admit_more_than_there_is_room_for(self, journal: JournalStore) -> None:
        self.wait(journal, *(f"exe_{n:02}" for n in range(20)))
        admitted = in_threads(4, lambda n: journal.admit("alpha", 7, n))
        assert sorted(id for ids in admitted for id in ids) == [f"exe_{n:02}" for n in range(7)]
        assert journal.running("alpha") == 7

    def test_one_may_leave_its_lane_out_of_turn(self, journal: JournalStore) -> None:
        self.wait(journal, "exe_a", "exe_b")
        assert journal.leave_lane("exe_b")
        assert not journal.leave_lane("exe_b")
        assert not journal.leave_lane("exe_nowhere")
        assert journal.header("exe_b").status is Status.RUNNING
        assert journal.take("exe_b", "me", now_us=1, until_us=2)


class TestEventWaits:
    """Executions that wait for an event are found by its type."""

    def test_exact_types_and_prefixes_within_the_subnet(self, journal: JournalStore) -> None:
        waits = {
            "exe_1": "|order.paid|",
            "exe_2": "|a|order.*|",
            "exe_3": "|order.paid.late|",
            "exe_4": "|*|",
        }
        for number, (id, names) in enumerate(waits.items()):
            make(journal, id, status=Status.WAITING, waits_for=names, created_us=number)
        make(journal, "exe_5", status=Status.WAITING)
        make(journal, "exe_6", status=Status.WAITING, waits_for="|order.paid|", subnet="beta")
        make(journal, "exe_7", status=Status.COMPLETED, waits_for="|order.paid|")
        assert journal.waiting_for("alpha", "order.paid") == ["exe_1", "exe_2", "exe_4"]
        assert journal.waiting_for("alpha", "order") == ["exe_4"]
        assert journal.waiting_for("beta", "order.paid") == ["exe_6"]
