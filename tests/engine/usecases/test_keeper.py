"""What a node does by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.base.errors import CorruptData
from engine.journal import facts as f
from engine.journal.state import Status
from engine.ports.journal_store import Commit, Header, Outgoing
from engine.testing.world import ALICE
from engine.usecases.forget_audit import forget_audit
from engine.usecases.inspect_execution import execution_state
from engine.usecases.keeper import Keeper
from engine.usecases.relay_outbox import relay
from engine.usecases.start_execution import StartRequest, start_execution
from tests.engine.usecases.test_executions import result, settled, until


@pytest.fixture
def keeper(world):
    made = Keeper(world)
    yield made
    made.stop()


def bell_only(world, **options):
    """Accept an execution and leave it to whoever is rung, as a web process does."""
    object.__setattr__(world, "drive_here", False)
    world.waker.ring_through = None
    return start_execution(world, ALICE, StartRequest("f", [{"json": {"n": 0}}], **options))


def test_a_lost_ring_is_made_good_by_the_sweep(publish, world, keeper):
    publish("f", {"a": "t.add"})
    started = bell_only(world)
    assert world.journal.header(started.execution).status is Status.RUNNING
    world.waker.ring_through = world.worker.attend_later
    keeper.sweep()
    settled(world, started.execution, Status.COMPLETED)


def test_a_doubled_ring_changes_nothing(publish, world, keeper, gate):
    publish("f", {"a": "t.act", "b": "t.act"})
    started = bell_only(world)
    for _ in range(5):
        world.worker.attend_later(started.execution)
    settled(world, started.execution, Status.COMPLETED)
    assert len(gate.acted) == 2


def test_the_sweep_rings_once_for_what_nobody_has_taken_yet(publish, world, keeper):
    publish("f", {"a": "t.add"})
    started = bell_only(world)
    world.waker.rung.clear()
    for _ in range(3):
        keeper.sweep()
    assert world.waker.rung == [started.execution]


def test_the_sweep_insists_near_by_where_a_ring_was_accepted_but_heard_by_nobody(publish, world):
    publish("f", {"a": "t.add"})
    started, insisted = bell_only(world), []
    keeper = Keeper(world, sweep_ms=0, insist=insisted.append)
    keeper.sweep()
    assert insisted == []
    keeper.sweep()
    assert insisted == [started.execution]


def test_a_dead_workers_execution_is_taken_over_after_its_lease(publish, world, keeper, gate):
    publish("f", {"a": "t.act"})
    started = bell_only(world)
    now = world.clock.now_us()
    assert world.journal.take(started.execution, "dead:worker", now, now + 30_000)
    assert world.worker.attend(started.execution) is False
    world.waker.ring_through = world.worker.attend_later
    until(lambda: keeper.sweep() or world.journal.header(started.execution).status is Status.COMPLETED)
    assert len(gate.acted) == 1


def test_steps_that_were_in_flight_run_again_under_the_same_key(publish, world, gate):
    flow = publish("f", {"a": "t.act"})
    now = world.clock.now_us()
    plan = world.plans.get("personal", flow.version)
    items = world.worker.items.store("personal", [{"json": {"n": 0}}])
    facts = [
        f.ExecutionStarted(
            at_us=now,
            flow="f",
            version=plan.version,
            subnet="personal",
            trigger_type="manual",
            trigger_step="",
            items=items,
            actor="alice",
        ),
        f.ExecutionAdmitted(at_us=now),
        f.StepStarted(at_us=now, task=1, step="a", run=0, attempt=1, effect="write", key="k"),
    ]
    header = Header(
        "exe_x", "personal", "f", plan.version, Status.RUNNING, "manual", "production", 5, "a", now, now
    )
    world.journal.create(Commit(header, 0, facts))
    world.worker.attend("exe_x")
    settled(world, "exe_x", Status.COMPLETED)
    _, state = execution_state(world, ALICE, "exe_x")
    assert state.runs["a"][0].attempts == 2
    kinds = [entry.fact.TYPE for entry in world.journal.load("exe_x")[1]]
    assert kinds[3:6] == ["step.interrupted", "step.started", "step.completed"]


def start_child(started):
    content = {"child": "exe_child", "flow": "child", "version": "", "wait": False, "depth": 1}
    content |= {"parent": {"execution": started.execution, "task": 99}, "subnet": "personal"}
    content |= {"mode": "production", "actor": "alice", "input": {"cid": "x", "count": 0, "items": []}}
    return Outgoing("out_1", "start-child", content)


def test_an_effect_that_is_carried_out_twice_happens_once(publish, start, world):
    publish("f", {"a": "t.wait"})
    publish("child", {"x": "t.act"})
    started = start("f", wait="rest")
    for _ in range(2):
        relay(world, [start_child(started)])
    settled(world, "exe_child", Status.COMPLETED)
    assert [h.flow for h in world.journal.list(query())].count("child") == 1


def test_an_effect_left_in_the_outbox_is_carried_out_by_the_sweep(publish, start, world, keeper):
    flow = publish("f", {"a": "t.wait"})
    publish("child", {"x": "t.add"})
    started = start("f", wait="rest")
    now = world.clock.now_us()
    header = Header(
        "exe_y", "personal", "f", flow.version, Status.COMPLETED, "manual", "production", 5, "a", now, now
    )
    fact = world.journal.load(started.execution)[1][0].fact
    world.journal.create(Commit(header, 0, [fact], [start_child(started)]))
    keeper.sweep()
    settled(world, "exe_child", Status.COMPLETED)
    assert world.journal.outbox(world.clock.now_us()) == []


def test_an_execution_whose_owner_lost_its_lease_is_left_alone(publish, start, world, gate):
    publish("f", {"a": "t.act", "b": "t.act"})
    gate.open.clear()
    started = start("f", wait=None)
    gate.entered.acquire()
    world.journal.release(started.execution, world.worker.owner)
    now = world.clock.now_us()
    assert world.journal.take(started.execution, "other", now, now + 10_000_000)
    gate.open.set()
    until(lambda: started.execution not in world.worker.live())
    kinds = [entry.fact.TYPE for entry in world.journal.load(started.execution)[1]]
    assert kinds.count("step.completed") == 0
    assert world.journal.header(started.execution).lease_owner == "other"


def test_what_retention_no_longer_keeps_is_deleted(publish, start, world, keeper):
    publish("f", {"a": "t.add"}, save_data="none")
    publish("g", {"a": "t.add"}, retention_days=1)
    gone, kept = start("f"), start("g")
    result(gone)
    result(kept)
    keeper.sweep()
    statuses = {h.id for h in world.journal.list(query())}
    assert statuses == {kept.execution}


def test_an_ended_execution_is_kept_as_long_as_its_flow_or_the_node_says(publish, start, world):
    publish("f", {"a": "t.add"})
    publish("g", {"a": "t.add"}, retention_days=2)
    for flow, days in (("f", world.limits.retention_days), ("g", 2)):
        started = start(flow)
        result(started)
        header = world.journal.header(started.execution)
        kept_days = (header.keep_until_us - header.ended_us) / 86_400_000_000
        assert round(kept_days, 3) == days


def query():
    from engine.ports.journal_store import ExecutionQuery

    return ExecutionQuery("personal")


def test_a_forged_policy_of_one_subnet_holds_up_no_other(publish, world, keeper, monkeypatch):
    """Its own executions wait; those of the others leave their lanes, and what is too old is forgotten."""
    publish("f", {"a": "t.add"})
    of, now = world.policy.of, world.clock.now_us()
    world.access.create_subnet("forged", "Forged", 0)
    world.access.ensure_personal_subnet(now)
    assert [one.id for one in world.access.subnets()] == ["forged", "personal"]

    def policy(subnet):
        if subnet == "forged":
            raise CorruptData("the stored policy of subnet 'forged' was changed")
        return of(subnet)

    full = replace(of("personal"), limits=replace(of("personal").limits, executions_running_max=0))
    monkeypatch.setattr(world.policy, "of", lambda subnet: full)
    waiting = bell_only(world)
    assert world.journal.header(waiting.execution).status is Status.PENDING
    monkeypatch.setattr(world.policy, "of", policy)
    world.waker.ring_through = world.worker.attend_later
    keeper._let_out_of_lanes()
    settled(world, waiting.execution, Status.COMPLETED)
    assert forget_audit(world)
