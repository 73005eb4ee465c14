"""The Flow Definition becomes the graph."""

from __future__ import annotations

from engine.flow.model import RetryPolicy
from tests.engine.flow.catalogue import flow_of, only, problems, wires


def steps(text: str) -> str:
    return "id: f\nsteps:\n" + text


def test_all_keys_of_a_definition_are_kept():
    flow = flow_of("""
id: orders
name: Orders
version: 2.0.1
owner: squid-1
description: All orders.
daoPolicy: strict
createdAt: 2026-01-01T00:00:00Z
settings: {order: v1, timeoutMs: 1000, concurrencyMax: 3, priority: 1, errorFlow: on-error,
  retentionDays: 7, historyFactsMax: 500, timezone: Europe/Berlin, saveData: failed}
metadata: {tags: [a, b], category: c, visibility: dao-only, daoSubnet: dao-1,
  requiredPermissions: [p], estimatedDuration: 10, resourceRequirements: {ramMb: 1}}
steps:
  - {id: a, type: task, action: http.request, params: {url: "http://a"}, timeout: 500, name: Ask,
     notes: why, disabled: true, onError: continue, executeOnce: true, alwaysOutput: true,
     position: [1, 2.5], resourceLimits: {memoryMb: 5}, nodePreference: any}
""")
    assert (flow.id, flow.name, flow.label, flow.owner) == ("orders", "Orders", "2.0.1", "squid-1")
    assert flow.policy == {"dao_policy": "strict"}
    assert flow.settings.order == "v1"
    assert flow.settings.timezone == "Europe/Berlin"
    assert flow.metadata.tags == ("a", "b")
    assert flow.metadata.dao_subnet == "dao-1"
    step = flow.steps[0]
    assert (step.type, step.timeout_ms, step.title, step.notes) == ("http.request", 500, "Ask", "why")
    assert (step.disabled, step.execute_once, step.always_output) == (True, True, True)
    assert step.on_error == "continue"
    assert step.position == (1.0, 2.5)
    assert step.requirements == {"limits": {"memoryMb": 5}, "node_preference": "any"}


def test_on_success_and_on_failure_lead_from_the_ports_that_the_type_has():
    flow = flow_of(
        steps("""
  - {id: a, action: data.set, onSuccess: c, onFailure: x}
  - {id: c, type: condition, onSuccess: y, onFailure: n}
  - {id: x, type: flow.noop}
  - {id: y, type: flow.noop}
  - {id: n, type: flow.noop}
""")
    )
    assert wires(flow) == ["a.main c", "a.failure x", "c.true y", "c.false n"]
    assert [step.on_error for step in flow.steps] == ["failure", "stop", "stop", "stop", "stop"]


def test_next_names_ports_targets_and_the_targets_ports():
    flow = flow_of(
        steps("""
  - {id: a, type: flow.approval, next: {approved: [m.input 2, b], rejected: m, failure: b}}
  - {id: b, type: data.set, next: {main: m}}
  - {id: m, type: logic.merge}
""")
    )
    assert wires(flow) == [
        "a.approved m.input 2",
        "a.approved b",
        "a.rejected m.input 1",
        "a.failure b",
        "b.main m.input 1",
    ]
    assert flow.by_id["a"].on_error == "failure"


def test_without_any_wiring_the_steps_run_as_listed_after_each_trigger():
    flow = flow_of(
        steps("""
  - {id: hook, type: trigger.webhook}
  - {id: a, type: data.set}
  - {id: hand, type: trigger.manual}
  - {id: b, type: condition}
  - {id: c, type: data.set}
""")
    )
    assert wires(flow) == ["hook.main a", "a.main b", "hand.main a", "b.true c"]


def test_an_empty_next_says_that_nothing_follows():
    assert wires(flow_of(steps("  - {id: a, type: data.set, next: {}}\n  - {id: b, type: data.set}"))) == []


def test_retry_policies_take_both_names_for_a_thing():
    flow = flow_of(
        steps("""
  - {id: a, type: data.set, retryPolicy: {maxAttempts: 3, delayMs: 5, backoffMultiplier: 3, jitter: true}}
  - {id: b, type: data.set, retryPolicy: {attempts: 2, initialDelayMs: 5, factor: 1.5, maxDelayMs: 9,
      jitter: false, retryableErrors: [network_error]}}
""")
    )
    assert flow.steps[0].retry == RetryPolicy(attempts=3, delay_ms=5, factor=3.0)
    assert flow.steps[1].retry == RetryPolicy(2, 5, 1.5, 9, 0.0, ("network_error",))


def test_contradictions_are_problems():
    text = steps("""
  - {id: a, type: data.set, onSuccess: b, next: {main: b}}
  - {id: b, type: data.set, onFailure: c, onError: stop}
  - {id: c, type: data.set, action: http.request}
  - {id: d, type: data.set, retryPolicy: {attempts: 2, maxAttempts: 2}}
  - {id: e, type: data.set, retryPolicy: {attempts: 2, delayMs: 100, maxDelayMs: 10}}
""")
    found = [(p.path, p.line) for p in problems(text) if p.code == "contradiction"]
    assert found == [
        ("steps[0].onSuccess", 4),
        ("steps[1].onFailure", 5),
        ("steps[2].action", 6),
        ("steps[3].retryPolicy.attempts", 7),
        ("steps[4].retryPolicy.maxDelayMs", 8),
    ]


def test_a_module_call_is_refused_with_a_way_out():
    problem = only(steps("  - {id: a, type: module-call, action: qmail.send}"), "module_unsupported")
    assert "adapters" in problem.message
    assert "http.request" in (problem.hint or "")


def test_a_task_without_action_says_what_is_missing():
    assert only(steps("  - {id: a, type: task}"), "missing").path == "steps[0].action"


def test_an_event_trigger_may_be_another_trigger():
    flow = flow_of(steps("  - {id: a, type: event-trigger, action: trigger.webhook}"))
    assert flow.steps[0].type == "trigger.webhook"
    assert flow_of(steps("  - {id: a, type: event-trigger}")).steps[0].type == "trigger.event"


def test_keys_without_a_value_are_as_if_absent():
    assert flow_of("id: f\nowner:\nsteps:\n  - id: a\n    type: data.set\n    params:\n").steps
