"""Executions through the use-cases, on a world of fakes."""

from __future__ import annotations

import pytest

from engine.base.errors import PermissionDenied, StepFailure, UnknownObject, WrongState
from engine.journal import facts as f
from engine.journal.state import Status
from engine.ports.journal_store import ExecutionQuery
from engine.testing.world import ALICE, BOB, CHARLIE
from engine.usecases.answer_wait import answer_wait
from engine.usecases.checkpoints import create_checkpoint, list_checkpoints, restore_checkpoint
from engine.usecases.control_execution import abort_execution, pause_execution, resume_execution
from engine.usecases.export_execution import export_execution
from engine.usecases.fork_execution import ForkRequest, fork_execution, replay_execution
from engine.usecases.inspect_execution import (
    execution_logs,
    execution_metrics,
    execution_state,
    list_executions,
    state_of,
)
from engine.usecases.publish_event import publish_event
from engine.usecases.start_execution import StartRequest, start_execution

JSON = dict[str, object]


def result(started) -> list[JSON]:
    outcome = started.future.result(10)
    assert outcome.kind == "completed", outcome
    return [item["json"] for item in outcome.items]


def test_a_flow_runs_to_its_result(publish, start) -> None:
    publish("f", {"a": "t.add", "b": "t.act", "c": "t.add"})
    assert result(start("f")) == [{"n": 3}]


def test_an_execution_that_is_not_durable_yet_is_stored_when_it_ends(publish, start, world) -> None:
    publish("f", {"a": "t.add"})
    started = start("f", durable=False)
    assert result(started) == [{"n": 1}]
    header = world.journal.header(started.execution)
    assert (header.status, header.lease_owner) == (Status.COMPLETED, "")


def test_starting_twice_with_one_id_starts_once(publish, start, gate) -> None:
    publish("f", {"a": "t.act"})
    first, second = start("f", id="exe_one"), start("f", id="exe_one")
    assert result(first) == [{"n": 1}]
    assert second.existing
    assert len(gate.acted) == 1


def test_an_unpublished_flow_does_not_start_in_production(publish, start, world) -> None:
    publish("f", {"a": "t.add"})
    world.flows.unpublish("personal", "f", 2)
    with pytest.raises(WrongState, match="not published"):
        start("f")
    assert result(start("f", mode="manual")) == [{"n": 1}]


def test_only_who_may_can_start(publish, world) -> None:
    publish("f", {"a": "t.add"})
    with pytest.raises(PermissionDenied, match="executions:write"):
        start_execution(world, BOB, StartRequest("f"))
    with pytest.raises(UnknownObject):
        start_execution(world, CHARLIE, StartRequest("f"))


def test_an_execution_of_another_subnet_does_not_exist(publish, start, world) -> None:
    publish("f", {"a": "t.add"})
    started = start("f")
    result(started)
    for use in (execution_state, execution_logs, execution_metrics, export_execution, pause_execution):
        with pytest.raises(UnknownObject):
            use(world, CHARLIE, started.execution)


def test_a_failed_step_fails_the_execution_and_says_where(publish, start) -> None:
    publish("f", {"a": "t.add", "b": "t.fail"})
    outcome = start("f").future.result(10)
    assert (outcome.kind, outcome.error.step, outcome.error.message) == ("failed", "b", "it does not work")


def test_pausing_holds_what_comes_next_until_it_is_resumed(publish, start, world, gate) -> None:
    publish("f", {"a": "t.act", "b": "t.act"})
    gate.open.clear()
    started = start("f")
    gate.entered.acquire()
    pause_execution(world, ALICE, started.execution, "lunch")
    gate.open.set()
    settled(world, started.execution, Status.PAUSED)
    assert len(gate.acted) == 1
    resume_execution(world, ALICE, started.execution)
    assert result(started) == [{"n": 2}]


def test_aborting_cancels_the_step_in_flight(publish, start, world, gate) -> None:
    publish("f", {"a": "t.act", "b": "t.act"})
    gate.open.clear()
    started = start("f")
    gate.entered.acquire()
    abort_execution(world, ALICE, started.execution, "enough")
    assert started.future.result(10).kind == "aborted"
    assert gate.acted == []


def test_an_ended_execution_cannot_be_paused(publish, start, world) -> None:
    publish("f", {"a": "t.add"})
    started = start("f")
    result(started)
    with pytest.raises(WrongState, match="it is completed"):
        pause_execution(world, ALICE, started.execution)


def test_an_approval_parks_the_execution_and_its_answer_brings_it_on(publish, start, world) -> None:
    publish("f", {"a": "t.wait", "b": "t.add"})
    started = start("f", wait="rest")
    assert started.future.result(10).kind == "waiting"
    assert world.worker.live() == []
    ending = world.worker.watches.add(started.execution, "end")
    answer_wait(world, ALICE, started.execution, "a", {"approved": True})
    assert ending.result(10).items[0]["json"]["got"] == {"kind": "approval", "approved": True}
    with pytest.raises(WrongState):
        answer_wait(world, ALICE, started.execution, "a", {"approved": False})


def test_a_wait_for_a_time_goes_on_when_the_sweep_finds_it_due(publish, start, world):
    publish("f", {"a": ("t.wait", {"parameters": {"kind": "time", "us": 30_000}})})
    started = start("f")
    settled(world, started.execution, Status.WAITING)
    until(lambda: world.journal.due(world.clock.now_us()) == [started.execution])
    world.worker.attend(started.execution)
    assert result(started) == [{"n": 0, "got": {"kind": "time"}}]


def test_an_event_resumes_who_waits_for_it_and_only_once(publish, start, world) -> None:
    publish("f", {"a": ("t.wait", {"parameters": {"kind": "event", "type": "order.paid"}})})
    started = start("f", wait="rest")
    started.future.result(10)
    ending = world.worker.watches.add(started.execution, "end")
    assert publish_event(world, ALICE, "order.lost", {})["resumed"] == []
    assert publish_event(world, CHARLIE, "order.paid", {})["resumed"] == []
    assert publish_event(world, ALICE, "order.paid", {"n": 5}, id="e1")["resumed"] == [started.execution]
    assert ending.result(10).items[0]["json"]["got"]["data"] == {"n": 5}
    assert publish_event(world, ALICE, "order.paid", {"n": 5}, id="e1")["resumed"] == []


def test_a_sub_flow_gives_its_result_to_its_parent(publish, start) -> None:
    publish("child", {"x": "t.add", "y": "t.add"})
    publish("f", {"a": "t.add", "b": ("t.call", {"parameters": {"flow": "child"}}), "c": "t.add"})
    assert result(start("f")) == [{"n": 4}]


def test_a_failed_or_missing_sub_flow_fails_the_step_that_called_it(publish, start) -> None:
    publish("child", {"x": "t.fail"})
    publish("f", {"b": ("t.call", {"parameters": {"flow": "child"}})})
    publish("g", {"b": ("t.call", {"parameters": {"flow": "nowhere"}})})
    for flow in ("f", "g"):
        outcome = start(flow).future.result(10)
        assert (outcome.kind, outcome.error.step) == ("failed", "b")


def test_a_flow_that_calls_itself_is_stopped_at_the_depth_limit(publish, start, world) -> None:
    publish("f", {"b": ("t.call", {"parameters": {"flow": "f"}})})
    assert start("f").future.result(20).kind == "failed"
    depth = world.limits.sub_flow_depth_max
    assert len(list_executions(world, ALICE, ExecutionQuery("personal", limit=100))) == depth + 1


def test_aborting_a_parent_aborts_its_child(publish, start, world, gate) -> None:
    publish("child", {"x": "t.act"})
    publish("f", {"b": ("t.call", {"parameters": {"flow": "child"}})})
    gate.open.clear()
    started = start("f")
    gate.entered.acquire()
    abort_execution(world, ALICE, started.execution)
    assert started.future.result(10).kind == "aborted"
    child = next(
        h for h in list_executions(world, ALICE, ExecutionQuery("personal")) if h.parent == started.execution
    )
    settled(world, child.id, Status.ABORTED)


def test_a_failure_starts_the_error_flow(publish, start, world) -> None:
    publish("rescue", {"x": "t.pass"})
    publish("f", {"a": "t.fail"}, error_flow="rescue")
    started = start("f")
    started.future.result(10)
    (rescue,) = list_executions(world, ALICE, ExecutionQuery("personal", flow="rescue"))
    settled(world, rescue.id, Status.COMPLETED)
    item = state_of(world, rescue).started.items.items[0]["json"]
    assert (item["flow"], item["execution"], item["error"]["step"]) == ("f", started.execution, "a")


def test_a_retry_comes_back_after_its_delay(publish, start, world) -> None:
    from engine.flow.model import RetryPolicy

    retry = RetryPolicy(3, delay_ms=0, jitter=0)
    publish("f", {"a": ("t.fail", {"parameters": {"times": 2}, "retry": retry}), "b": "t.add"})
    started = start("f", wait="rest")
    for _ in range(20):
        world.worker.attend(started.execution)
        if world.journal.header(started.execution).status.ended:
            break
        settled(world, started.execution, Status.WAITING, Status.COMPLETED)
    state = state_of(world, world.journal.header(started.execution))
    assert state.runs["a"][0].attempts == 3


def test_forking_from_a_step_runs_only_what_comes_after_with_edited_data(publish, start, world, gate) -> None:
    publish("f", {"a": "t.act", "b": "t.add", "c": "t.act"})
    started = start("f")
    result(started)
    fork = fork_execution(
        world, ALICE, ForkRequest(started.execution, step="b", edits={"a": [{"json": {"n": 40}}]})
    )
    settled(world, fork.execution, Status.COMPLETED)
    _, state = execution_state(world, ALICE, fork.execution)
    assert [step for step, _ in gate.acted] == ["a", "c", "c"]
    assert state.runs["c"][0].outputs["main"].items[0]["json"] == {"n": 42}
    assert state.started.forked_from["execution"] == started.execution


def test_forking_from_a_step_that_did_not_run_is_refused(publish, start, world) -> None:
    publish("f", {"a": "t.add"})
    started = start("f")
    result(started)
    with pytest.raises(UnknownObject, match="did not run"):
        fork_execution(world, ALICE, ForkRequest(started.execution, step="zzz"))


def test_a_replay_with_the_same_version_gives_the_same_outputs(publish, start, world) -> None:
    publish("f", {"a": "t.add", "b": "t.add"})
    started = start("f")
    result(started)
    again = replay_execution(world, ALICE, started.execution)
    settled(world, again.execution, Status.COMPLETED)
    states = [execution_state(world, ALICE, e)[1] for e in (started.execution, again.execution)]
    cids = [{step: run[0].output_cid for step, run in state.runs.items()} for state in states]
    assert cids[0] == cids[1]
    assert states[1].started.replay_of == started.execution


def test_a_checkpoint_can_be_gone_back_to(publish, start, world) -> None:
    publish("f", {"a": "t.add", "b": "t.wait", "c": "t.wait"})
    started = start("f", wait="rest")
    started.future.result(10)
    checkpoint = create_checkpoint(world, ALICE, started.execution, "before b")
    until(lambda: list_checkpoints(world, ALICE, started.execution))
    answer_wait(world, ALICE, started.execution, "b", {"approved": True})
    until(lambda: world.journal.header(started.execution).current_step == "c")
    restore_checkpoint(world, ALICE, started.execution, checkpoint)
    until(lambda: world.journal.header(started.execution).current_step == "b")
    answer_wait(world, ALICE, started.execution, "b", {"approved": False})
    until(lambda: world.journal.header(started.execution).current_step == "c")


def test_the_history_is_truncated_behind_a_checkpoint_and_goes_on(publish, start, world) -> None:
    steps = {f"s{n}": "t.act" for n in range(12)}
    publish("f", steps, history_facts_max=6)
    started = start("f")
    assert result(started) == [{"n": 12}]
    entries = world.journal.load(started.execution)[1]
    assert isinstance(entries[0].fact, f.CheckpointCreated)
    assert len(entries) < 12
    assert len(state_of(world, world.journal.header(started.execution)).receipts) == 12


def test_more_executions_than_the_flow_allows_wait_in_their_lane(publish, start, world, gate) -> None:
    publish("f", {"a": "t.act"}, concurrency_max=1)
    gate.open.clear()
    first, second = start("f"), start("f")
    assert (first.pending, second.pending) == (False, True)
    gate.open.set()
    result(first)
    assert world.journal.admit("personal", 100, world.clock.now_us()) == [second.execution]
    world.worker.attend(second.execution)
    assert result(second) == [{"n": 1}]


def test_a_pending_execution_can_be_aborted(publish, start, world, gate) -> None:
    publish("f", {"a": "t.act"}, concurrency_max=1)
    gate.open.clear()
    start("f")
    second = start("f")
    abort_execution(world, ALICE, second.execution)
    assert second.future.result(10).kind == "aborted"
    gate.open.set()


def test_logs_and_metrics_tell_what_happened(publish, start, world) -> None:
    publish("f", {"a": "t.add", "b": "t.act"})
    started = start("f")
    result(started)
    events = [line["event"] for line in execution_logs(world, ALICE, started.execution)]
    assert events[0] == "execution.started"
    assert events[-1] == "execution.completed"
    metrics = execution_metrics(world, ALICE, started.execution)
    assert metrics["steps"]["b"]["runs"] == 1
    assert metrics["durationMs"] > 0


def test_a_step_that_gives_no_items_is_told_by_name(publish, start, catalogue) -> None:
    publish("f", {"a": ("t.fail", {"on_error": "continue"}), "b": "t.pass"})
    (item,) = result(start("f"))
    assert item["error"]["message"] == StepFailure("it does not work").message


def until(condition, within_s: float = 10):
    """Wait for what another thread brings about."""
    import threading
    import time

    deadline = time.monotonic() + within_s
    pause = threading.Event()
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        pause.wait(0.002)
    return found


def settled(world, execution: str, *statuses: Status) -> None:
    """Wait until an execution has one of the statuses and nobody holds it."""
    until(lambda: world.journal.header(execution).status in statuses and execution not in world.worker.live())
