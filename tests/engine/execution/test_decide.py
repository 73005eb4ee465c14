"""What happens next, case by case."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from engine.base.canonical import cid_of
from engine.base.errors import ErrorInfo
from engine.execution.decide import Rules, RunStep, decide
from engine.execution.inputs import Input, Proceed, Recovered, Signalled, StepRaised, StepReturned, StepWaits
from engine.execution.session import receipts_root
from engine.execution.summary import visible_status, wake_us
from engine.flow.model import RetryPolicy
from engine.flow.plan import Plan, Ports
from engine.journal import facts as f
from engine.journal.fold import apply, begin
from engine.journal.snapshot import snapshot
from engine.journal.state import ExecutionState, Status
from tests.engine.execution.flows import plan_of

ONE = [{"json": {"n": 1}}]
DATA = f.PortData(cid_of(ONE), 1, ONE)
JOIN = {"j": Ports(("left", "right"), ("main",))}


class Case:
    """A state that is moved by inputs; checks at every step that deciding changes nothing."""

    def __init__(self, plan: Plan, effects: dict[str, str] | None = None, **started: Any) -> None:
        self.plan = plan
        kinds = effects or {}
        self.rules = Rules("exe", "node", lambda s: kinds.get(s, "pure"), 50, 10**9, receipts_root)
        fact = f.ExecutionStarted(
            at_us=1,
            flow="f",
            version="v",
            subnet="personal",
            trigger_type="manual",
            trigger_step="",
            items=DATA,
            **started,
        )
        self.state: ExecutionState = begin(plan, fact)
        self.give(Proceed(1))

    def give(self, given: Input) -> tuple[f.Fact, ...]:
        before = copy.deepcopy(snapshot(self.state))
        decision = decide(self.plan, self.state, given, self.rules)
        assert snapshot(self.state) == before, "decide changed the state"
        assert decide(self.plan, self.state, given, self.rules) == decision, "decide is not a function"
        for fact in decision.facts:
            apply(self.plan, self.state, fact)
        self.effects = decision.effects
        return decision.facts

    def proceed(self, now_us: int = 2, room: int = 64) -> list[str]:
        """Steps that start now."""
        facts = self.give(Proceed(now_us, room))
        return [fact.step if isinstance(fact, f.StepStarted) else fact.TYPE for fact in facts]

    def task(self, step: str) -> int:
        return next(task.id for task in self.state.running.values() if task.step == step)

    def done(self, step: str, port: str = "main", now_us: int = 3, **more: Any) -> tuple[f.Fact, ...]:
        outputs = {port: DATA} if port else {}
        return self.give(StepReturned(now_us, self.task(step), outputs, "in", "out", "code", **more))

    def fails(self, step: str, *, retryable: bool = False, now_us: int = 3) -> tuple[f.Fact, ...]:
        error = ErrorInfo("network_error", "network_failure", "gone", retryable, step)
        failure = {"failure": DATA, "continue": DATA}
        on_error = self.plan.step(step).on_error
        outputs = {"failure" if on_error == "failure" else "main": DATA} if on_error in failure else {}
        return self.give(StepRaised(now_us, self.task(step), error, now_us, outputs))

    def signal(self, kind: str, now_us: int = 5, id: str = "s", **payload: Any) -> tuple[f.Fact, ...]:
        return self.give(Signalled(now_us, id, kind, payload, "alice"))


def steps(*names: str, **options: Any) -> dict[str, dict[str, Any]]:
    return {name: dict(options.get(name, {})) for name in names}


def test_steps_run_one_after_the_other_and_then_it_is_complete() -> None:
    case = Case(plan_of(steps("a", "b"), ["a -> b"]))
    assert case.proceed() == ["a"]
    assert case.effects == (RunStep(1),)
    case.done("a")
    assert case.proceed() == ["b"]
    case.done("b")
    assert case.proceed() == ["execution.completed"]
    assert case.state.status is Status.COMPLETED
    assert case.state.last == ("b", 0)


def test_branches_start_together() -> None:
    case = Case(plan_of(steps("a", "b", "c"), ["a -> b", "a -> c"]))
    case.proceed()
    case.done("a")
    assert case.proceed() == ["b", "c"]


def test_no_more_steps_start_than_there_is_room_for() -> None:
    case = Case(plan_of(steps("a", "b", "c"), ["a -> b", "a -> c"]))
    case.proceed()
    case.done("a")
    assert case.proceed(room=1) == ["b"]
    assert case.proceed(room=1) == []


@pytest.mark.parametrize(("order", "expected"), [("v1", ["a", "b", "d", "c"]), ("v0", ["a", "b", "c", "d"])])
def test_imported_flows_keep_their_order(order: Any, expected: list[str]) -> None:
    plan = plan_of(steps("a", "b", "c", "d"), ["a -> b", "a -> c", "b -> d"], order=order)
    case, ran = Case(plan), []
    while case.state.status is Status.RUNNING:
        for step in case.proceed():
            if step in "abcd":
                ran.append(step)
                case.done(step)
    assert ran == expected


def test_a_join_waits_for_both_sides() -> None:
    plan = plan_of(steps("a", "b", "c", "j"), ["a -> b", "a -> c", "b -> j.left", "c -> j.right"], ports=JOIN)
    case = Case(plan)
    case.proceed()
    case.done("a")
    case.proceed()
    case.done("b")
    assert case.proceed() == []
    case.done("c")
    assert case.proceed() == ["j"]
    assert set(case.state.running[case.task("j")].inputs) == {"left", "right"}


def test_a_join_goes_on_when_one_side_can_bring_nothing_more() -> None:
    plan = plan_of(steps("a", "b", "c", "j"), ["a -> b", "a -> c", "b -> j.left", "c -> j.right"], ports=JOIN)
    case = Case(plan)
    case.proceed()
    case.done("a")
    case.proceed()
    case.done("b")
    case.done("c", port="")  # no items on that branch
    assert [fact.TYPE for fact in case.give(Proceed(4))] == ["join.released"]
    assert case.proceed() == ["j"]


def test_a_join_does_not_wait_for_branches_that_cannot_reach_it() -> None:
    wires = ["a -> b", "a -> c", "a -> x", "b -> j.left", "c -> j.right"]
    case = Case(plan_of(steps("a", "b", "c", "j", "x"), wires, ports=JOIN))
    case.proceed()
    case.done("a")
    case.proceed()
    case.done("b")
    case.done("c", port="")  # x still runs, but no wire leads from it to j
    assert [fact.TYPE for fact in case.give(Proceed(4))] == ["join.released"]


def test_joins_that_wait_for_one_another_are_released_in_turn() -> None:
    ports = {"j": Ports(("l", "r")), "k": Ports(("l", "r"))}
    wires = ["a -> j.l", "a -> k.l", "j -> k.r", "k -> j.r"]
    case = Case(plan_of(steps("a", "j", "k"), wires, ports=ports))
    case.proceed()
    case.done("a")
    assert [fact.TYPE for fact in case.give(Proceed(4))] == ["join.released"]


def test_runs_of_a_step_are_numbered() -> None:
    case = Case(
        plan_of(steps("a", "b"), ["a -> b", "b.again -> b"], ports={"b": Ports(("main",), ("again",))})
    )
    case.proceed()
    case.done("a")
    for run in range(3):
        (started,) = case.give(Proceed(4))
        assert (started.step, started.run) == ("b", run)  # type: ignore[attr-defined]
        case.done("b", port="again")


def test_a_loop_without_end_is_stopped() -> None:
    case = Case(
        plan_of(steps("t", "a"), ["t -> a", "a.again -> a"], ports={"a": Ports(("main",), ("again",))})
    )
    case.proceed()
    case.done("t")
    for _ in range(50):
        case.proceed()
        case.done("a", port="again")
    (failed,) = case.give(Proceed(9))
    assert failed.error["code"] == "step_runs_max"  # type: ignore[attr-defined]


def test_an_unhandled_failure_fails_the_execution() -> None:
    case = Case(plan_of(steps("a", "b"), ["a -> b"]))
    case.proceed()
    case.fails("a")
    assert case.proceed() == ["execution.failed"]
    assert case.state.error is not None
    assert case.state.error["step"] == "a"


def test_a_failure_wire_takes_the_error_on() -> None:
    case = Case(plan_of(steps("a", "h", a={"on_error": "failure"}), ["a.failure -> h"]))
    case.proceed()
    case.fails("a")
    assert case.proceed() == ["h"]


def test_a_step_that_continues_hands_its_items_on() -> None:
    case = Case(plan_of(steps("a", "b", a={"on_error": "continue"}), ["a -> b"]))
    case.proceed()
    case.fails("a")
    assert case.proceed() == ["b"]


def test_a_retry_waits_for_its_time_and_keeps_run_and_key() -> None:
    retry = RetryPolicy(3, delay_ms=10, jitter=0)
    case = Case(plan_of(steps("a", a={"retry": retry}), []), {"a": "write"})
    (first,) = case.give(Proceed(2))
    (failed,) = case.fails("a", retryable=True, now_us=1000)
    assert failed.retry_at_us == 11_000  # type: ignore[attr-defined]
    assert visible_status(case.state) is Status.WAITING
    assert wake_us(case.state) == 11_000
    assert case.proceed(now_us=10_999) == []
    (second,) = case.give(Proceed(11_000))
    assert (second.run, second.attempt, second.key) == (0, 2, first.key)  # type: ignore[attr-defined]


def test_a_parked_step_goes_on_when_its_time_has_come() -> None:
    case = Case(plan_of(steps("a"), []))
    case.proceed()
    case.give(StepWaits(3, case.task("a"), {"kind": "time", "until_us": 100}))
    assert visible_status(case.state) is Status.WAITING
    assert case.proceed(now_us=99) == []
    assert [fact.TYPE for fact in case.give(Proceed(100))] == ["signal.received"]
    (again,) = case.give(Proceed(101))
    assert (again.run, again.attempt) == (0, 1)  # type: ignore[attr-defined]


def test_an_answer_resumes_only_the_step_it_is_for_and_only_once() -> None:
    case = Case(plan_of(steps("a"), []))
    case.proceed()
    task = case.task("a")
    case.give(StepWaits(3, task, {"kind": "approval"}))
    assert case.signal("approval", task=99, payload={}) == ()
    (received,) = case.signal("approval", task=task, payload={"approved": True})
    assert received.payload == {"approved": True}  # type: ignore[attr-defined]
    assert case.signal("approval", task=task, payload={"approved": False}) == ()


def test_a_wait_that_nobody_answers_is_resumed_as_timed_out() -> None:
    case = Case(plan_of(steps("a"), []))
    case.proceed()
    case.give(StepWaits(3, case.task("a"), {"kind": "approval", "until_us": 50}))
    (received,) = case.give(Proceed(60))
    assert received.kind == "timeout"  # type: ignore[attr-defined]


def test_pausing_lets_steps_land_but_starts_nothing() -> None:
    case = Case(plan_of(steps("a", "b"), ["a -> b"]))
    case.proceed()
    case.signal("pause", reason="lunch")
    assert case.state.status is Status.PAUSED
    case.done("a")
    assert case.proceed() == []
    case.signal("resume", id="s2")
    assert case.proceed() == ["b"]


def test_aborting_ends_it_at_any_time_and_what_comes_back_is_nobodys() -> None:
    case = Case(plan_of(steps("a", "b"), ["a -> b"]))
    case.proceed()
    task = case.task("a")
    case.signal("abort", reason="enough")
    assert case.state.status is Status.ABORTED
    assert case.give(StepReturned(9, task, {"main": DATA}, "", "", "")) == ()
    assert case.proceed() == []


def test_an_execution_past_its_deadline_fails() -> None:
    case = Case(plan_of(steps("a"), []), deadline_us=100)
    case.proceed(now_us=50)
    assert wake_us(case.state) == 100
    (failed,) = case.give(Proceed(100))
    assert failed.error["type"] == "timeout_error"  # type: ignore[attr-defined]


def test_steps_in_flight_run_again_after_their_worker_died() -> None:
    case = Case(plan_of(steps("a"), []), {"a": "write"})
    (first,) = case.give(Proceed(2))
    assert [fact.TYPE for fact in case.give(Recovered(3))] == ["step.interrupted"]
    (second,) = case.give(Proceed(4))
    assert (second.key, second.attempt) == (first.key, 2)  # type: ignore[attr-defined]


def test_only_the_first_answer_counts() -> None:
    case = Case(plan_of(steps("a", "b"), ["a -> b"]))
    answer = {"status": 201, "headers": {}, "body": "one"}
    case.proceed()
    assert [x.TYPE for x in case.done("a", answer=answer)] == ["answer.given", "step.completed"]
    case.proceed()
    assert [x.TYPE for x in case.done("b", answer={**answer, "body": "two"})] == ["step.completed"]
    assert case.state.answer is not None
    assert case.state.answer["body"] == "one"


def test_going_back_to_a_checkpoint_does_the_rest_again() -> None:
    case = Case(plan_of(steps("a", "b", "c"), ["a -> b", "b -> c"]))
    case.proceed()
    case.done("a")
    (created,) = case.signal("checkpoint", id="c1", checkpoint="chk", label="before b")
    case.proceed()
    case.done("b")
    case.signal("restore", id="c2", checkpoint="chk", state=created.state)  # type: ignore[attr-defined]
    assert case.state.latest("b") is None
    assert case.proceed() == ["b"]
    assert case.state.checkpoints[0]["id"] == "chk"


@pytest.mark.parametrize("order", ["v0", "v1"])
def test_in_a_serial_order_nothing_overtakes_a_step_that_waits(order: Any) -> None:
    case = Case(plan_of(steps("a", "b", "c"), ["a -> b", "a -> c"], order=order))
    case.proceed()
    case.done("a")
    assert case.proceed() == ["b"]
    case.give(StepWaits(3, case.task("b"), {"kind": "time", "until_us": 100}))
    assert case.proceed(now_us=50) == []
    assert case.proceed(now_us=100) == ["signal.received"]
    assert case.proceed(now_us=100) == ["b"]
