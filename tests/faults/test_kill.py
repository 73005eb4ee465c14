"""kill -9 at any instant loses nothing that was completed."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from engine.execution.crash import CRASH_POINTS
from engine.journal.facts import StepCompleted
from tests.faults.conftest import MakeNode
from tests.faults.counting import CountingServer
from tests.faults.flows import EFFECTS, LIGHT, TEN_STEPS, family, light_row, ten_effects, ticking
from tests.faults.invariants import check_effects, check_execution, check_journal
from tests.faults.node import NodeProcess

RANDOM_KILLS = 50
SEED = 20_240_229

pytestmark = pytest.mark.slow


@pytest.fixture
def node(make_node: MakeNode, counting_url: str) -> NodeProcess:
    return make_node("ten", [ten_effects(counting_url)])


def check_ten(node: NodeProcess, server: CountingServer) -> None:
    """All executions of the ten effects went well."""
    executions = node.tables.of_flow("ten")
    for execution in executions:
        check_execution(node.tables, execution, TEN_STEPS)
    check_effects(server, node.tables, dict.fromkeys(executions, EFFECTS))


DURING_A_RUN = [name for name in CRASH_POINTS if "schedule" not in name and "relay" not in name]


@pytest.mark.parametrize("point", DURING_A_RUN)
@pytest.mark.parametrize("nth", [1, 4])
def test_a_node_killed_at_a_crash_point_goes_on_where_it_was(
    node: NodeProcess, server: CountingServer, point: str, nth: int
) -> None:
    node.start(QFLOW_CRASH_AT=f"{point}:{nth}")
    promised = node.begin("/webhook/ten")
    node.running.wait(30)
    node.start()
    if promised is None and not node.tables.statuses():
        promised = node.begin("/webhook/ten")
    statuses = node.vigil().until_ended()
    assert set(statuses.values()) == {"completed"}
    assert promised is None or promised in statuses
    check_ten(node, server)
    assert node.stop() == 0


@pytest.mark.parametrize("point", ["before-relay", "after-relay"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_flow_and_the_flow_it_calls_survive_a_crash_while_effects_are_relayed(
    make_node: MakeNode, server: CountingServer, counting_url: str, point: str, nth: int
) -> None:
    node = make_node("family", family(counting_url))
    node.start(QFLOW_CRASH_AT=f"{point}:{nth}")
    promised = node.begin("/webhook/parent")
    assert promised
    node.running.wait(30)
    node.start()
    assert set(node.vigil().until_ended(expected=2).values()) == {"completed"}
    (child,) = node.tables.of_flow("child")
    check_execution(node.tables, promised, ["hook", "before", "call", "after"])
    check_execution(node.tables, child, ["called", "inner"])
    check_effects(server, node.tables, {promised: ["before", "after"], child: ["inner"]})
    assert node.tables.left_in_outbox() == 0
    assert node.stop() == 0


FOUR_FACTS_A_COMMIT = {
    "QFLOW_LIMIT_BATCH_FACTS_MAX": "4",
    "QFLOW_LIMIT_BATCH_AGE_MS": "60000",  # on a slow machine too
    "QFLOW_LIMIT_TIME_SLICE_MS": "60000",
}


@pytest.mark.parametrize("point", ["before-commit:11", "after-commit:14"])
def test_a_crash_amid_steps_that_were_asked_for_in_a_row_changes_none_of_them(
    make_node: MakeNode, point: str
) -> None:
    node = make_node("row", [light_row()])
    node.start(QFLOW_CRASH_AT=point, **FOUR_FACTS_A_COMMIT)  # in the second execution
    first = node.begin("/webhook/row")
    node.vigil().until_ended()
    second = node.begin("/webhook/row")
    assert first and second
    node.running.wait(30)
    node.start()
    assert node.vigil().until_ended() == {first: "completed", second: "completed"}
    told = []
    for execution in (first, second):
        check_execution(node.tables, execution, ["hook", *LIGHT])
        facts = {x.step: x for x in node.tables.facts(execution) if isinstance(x, StepCompleted)}
        told.append({step: fact.outputs for step, fact in facts.items() if step != "hook"})
    assert told[0] == told[1]
    shares = Counter(facts[step].fuel for step in LIGHT)
    assert shares.most_common(1)[0][1] > 1, "no steps were asked for in a row"
    assert node.stop() == 0


INTERVAL_MS = 200


@pytest.mark.parametrize("point", ["before-schedule-start", "after-schedule-start"])
@pytest.mark.parametrize("nth", [1, 3])
def test_a_crash_at_a_tick_neither_loses_nor_doubles_it(
    make_node: MakeNode, server: CountingServer, counting_url: str, point: str, nth: int
) -> None:
    node = make_node("ticking", [ticking(counting_url, INTERVAL_MS)])
    node.start(QFLOW_CRASH_AT=f"{point}:{nth}")
    node.running.wait(30)
    ((due_ms,),) = node.tables.query("SELECT next_us / 1000 FROM engine_trigger WHERE kind = 'schedule'")
    node.start()
    assert server.wait_for(nth + 5)
    node.qflow("unpublish", "ticking")
    assert set(node.vigil().until_ended().values()) == {"completed"}
    executions = node.tables.of_flow("ticking")
    ticks = [_tick_of(node, execution) for execution in executions]
    assert len(set(ticks)) == len(ticks), "two executions of one tick"
    assert due_ms in ticks, "the tick of the crash is lost"
    assert all(tick % INTERVAL_MS == 0 for tick in ticks)
    for execution in executions:
        check_execution(node.tables, execution, ["clock", "tick"])
    check_effects(server, node.tables, {key: ["tick"] for key in executions})
    assert node.stop() == 0


def _tick_of(node: NodeProcess, execution: str) -> int:
    started = node.tables.facts(execution)[0]
    tick: int = started.items.items[0]["json"]["tick"]  # type: ignore[attr-defined]
    return tick


@pytest.mark.parametrize("point", ["before-commit:9", "after-commit:9", "after-step-acted:6"])
def test_an_execution_whose_history_was_truncated_goes_on_after_a_crash(
    make_node: MakeNode, server: CountingServer, counting_url: str, point: str
) -> None:
    node = make_node("short", [ten_effects(counting_url, historyFactsMax=10)])
    node.start(QFLOW_CRASH_AT=point)
    promised = node.begin("/webhook/ten")
    assert promised
    node.running.wait(30)
    node.start()
    assert node.vigil().until_ended() == {promised: "completed"}
    facts = node.tables.facts(promised)
    assert facts[0].TYPE == "checkpoint.created", "nothing was truncated"
    assert set(check_journal(promised, facts)) == {(step, 0) for step in TEN_STEPS}
    assert len(server.keys) == len(EFFECTS)
    assert all(len(keys) == 1 for keys in server.keys.values())
    assert node.stop() == 0


def test_fifty_random_kills_in_a_row_lose_nothing(node: NodeProcess, server: CountingServer) -> None:
    draw = random.Random(SEED)
    promised: list[str] = []
    for _ in range(RANDOM_KILLS):
        node.start()
        target = server.total + draw.randint(1, 12)
        hook = "before" if draw.random() < 0.5 else "after"

        def kill_at(number: int, target: int = target) -> None:
            if number == target and node.alive:
                node.kill()

        setattr(server, hook, kill_at)
        while node.alive and server.total < target:
            execution = node.begin("/webhook/ten")
            if execution:
                promised.append(execution)
            server.wait_for(min(target, server.total + 3), timeout_s=5)
        if node.alive:
            node.kill()
        server.before = server.after = lambda number: None
    node.start()
    statuses = node.vigil().until_ended(60)
    assert set(statuses.values()) == {"completed"}
    assert set(promised) <= set(statuses)
    check_ten(node, server)
    assert node.stop() == 0
