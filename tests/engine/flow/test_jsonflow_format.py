"""JSONFlow becomes the graph."""

from __future__ import annotations

import json
from typing import Any

from engine.flow.dump import definition_of
from engine.flow.model import RetryPolicy
from tests.engine.flow.catalogue import flow_of, only, problems, wires


def workflow(*steps: dict[str, Any], **more: Any) -> str:
    return json.dumps({"workflow": "my pipeline", **more, "steps": list(steps)}, indent=1)


def test_parents_become_wires_and_several_parents_a_join():
    flow = flow_of(
        workflow(
            {"id": "a", "type": "transform_map"},
            {"id": "b", "type": "logic.condition", "parent_step_ids": ["a"]},
            {"id": "c", "type": "data.set", "parent_step_ids": ["b", "a"]},
            {"id": "d", "type": "data.set", "parent_step_ids": ["b.false"]},
            {"id": "e", "type": "data.set", "parent_step_ids": ["c", "d"], "join": "each"},
        )
    )
    assert (flow.id, flow.name, flow.format) == ("my-pipeline", "my pipeline", "jsonflow")
    assert wires(flow) == ["a.main b", "b.true c", "a.main c", "b.false d", "c.main e", "d.main e"]
    assert [step.join for step in flow.steps] == ["each", "each", "all", "each", "each"]


def test_names_of_other_engines_become_step_types_and_come_back_on_export():
    flow = flow_of(workflow({"id": "a", "type": "network_request", "params": {"url": "http://a"}}))
    assert flow.steps[0].type == "http.request"
    assert definition_of(flow)["steps"][0]["type"] == "network_request"


def test_fault_tolerance_is_the_retry_policy_of_steps_without_one():
    flow = flow_of(
        workflow(
            {"id": "t", "type": "trigger.manual"},
            {"id": "a", "type": "data.set", "parent_step_ids": ["t"]},
            {"id": "b", "type": "data.set", "parent_step_ids": ["a"], "retry_policy": {"attempts": 9}},
            fault_tolerance={"retry_failed_steps": True, "max_retries": 3},
        )
    )
    retries = [step.retry for step in flow.steps]
    assert retries == [None, RetryPolicy(attempts=4), RetryPolicy(attempts=9)]
    exported = definition_of(flow)["steps"]
    assert ["retry_policy" in step for step in exported] == [False, False, True]


def test_everything_of_the_format_is_kept_for_the_way_back():
    written = {
        "workflow": "tenant_workflow",
        "version": "2.0.0",
        "distributed": True,
        "tenant_id": "org-12345",
        "fault_tolerance": {"retry_failed_steps": False, "failover_strategy": "checkpoint"},
        "consensus": {"required": True, "algorithm": "pbft", "min_confirmations": 3, "timeout_ms": 30000},
        "isolation": {"network": "vlan-100", "compute": "dedicated"},
        "steps": [
            {
                "id": "a",
                "type": "transform_map",
                "params": {"input": [1, 2]},
                "node_preference": "quantum_capable",
                "resource_requirements": {"qubits": 4, "ram_mb": 4096, "timeout_ms": 5000},
                "consensus_required": True,
                "min_confirmations": 5,
            }
        ],
    }
    flow = flow_of(json.dumps(written))
    assert flow.metadata.dao_subnet == "org-12345"
    assert flow.policy["consensus"]["algorithm"] == "pbft"
    assert flow.steps[0].timeout_ms == 5000
    assert flow.steps[0].requirements == {
        "resources": {"qubits": 4, "ram_mb": 4096},
        "node_preference": "quantum_capable",
    }
    assert flow.steps[0].consensus == {"required": True, "min_confirmations": 5}
    assert definition_of(flow) == written


def test_parents_of_a_merge_take_its_inputs_in_order():
    steps = [{"id": "a", "type": "data.set"}, {"id": "b", "type": "data.set", "parent_step_ids": ["a"]}]
    merge = {"id": "m", "type": "logic.merge", "parent_step_ids": ["b", "a"]}
    assert wires(flow_of(workflow(*steps, merge)))[1:] == ["b.main m.input 1", "a.main m.input 2"]
    named = {**merge, "parent_ports": ["input 2", "input 1"]}
    assert wires(flow_of(workflow(*steps, named)))[1:] == ["b.main m.input 2", "a.main m.input 1"]
    short = {**merge, "parent_ports": ["input 2"]}
    assert only(workflow(*steps, short), "contradiction").path == "steps[2].parent_ports"


def test_an_unknown_type_is_named_with_the_nearest_and_its_line():
    problem = only(workflow({"id": "a", "type": "http_request"}), "unknown_step_type")
    assert problem.hint == "did you mean 'http.request'?"
    assert problem.line == 6


def test_settings_that_have_no_effect_are_warned_of():
    text = workflow(
        {"id": "a", "type": "data.set", "min_confirmations": 2},
        fault_tolerance={"retry_failed_steps": False, "max_retries": 2},
    )
    found = {p.path: p.severity for p in problems(text)}
    assert found == {"fault_tolerance.max_retries": "warning", "steps[0].min_confirmations": "warning"}


def test_a_name_without_letters_needs_an_id():
    assert only(json.dumps({"workflow": "!!", "steps": [{"id": "a", "type": "data.set"}]}), "missing")
    named = {"workflow": "!!", "id": "x", "steps": [{"id": "a", "type": "data.set"}]}
    assert flow_of(json.dumps(named)).id == "x"


def test_the_retry_in_an_adapters_options_is_the_steps_retry_policy():
    options = {"timeout": 10_000, "retry": {"attempts": 3, "backoff": "exponential"}}
    call = {"id": "a", "type": "network_request", "params": {"url": "http://a", "options": options}}
    flow = flow_of(workflow(call))
    assert flow.steps[0].retry == RetryPolicy(attempts=3)
    assert flow_of(json.dumps(definition_of(flow))).version == flow.version
