"""Translating single nodes, and running workflows on an engine in memory with the real sandbox."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import wait
from functools import cache
from itertools import pairwise
from typing import Any

from engine.api import Imported, Limits
from engine.dispatch.clock import SystemClock
from engine.flow.model import FAILURE
from engine.journal.state import ExecutionState
from engine.ports.credentials import CredentialRecord
from engine.ports.policy import Policy
from engine.sandbox.wasm_sandbox import WasmSandbox, cache_directory
from engine.steps.registry import Registry
from engine.testing.policies import FixedPolicies
from engine.testing.world import ALICE, fake_world
from engine.usecases.inspect_execution import items_of, state_of
from engine.usecases.manage_credentials import keys_of
from engine.usecases.start_execution import StartRequest, start_execution
from n8n_import.door import N8nImporter

REGISTRY = Registry()
WITHIN_S = 60


@cache
def sandbox() -> WasmSandbox:
    """One for all tests of a process."""
    return WasmSandbox(cache_directory())


def node(name: str, kind: str, version: float = 1, parameters: Any = None, **more: Any) -> dict[str, Any]:
    """A node; the type without a package is one of n8n-nodes-base."""
    full = kind if "." in kind else f"n8n-nodes-base.{kind}"
    shape = {"name": name, "type": full, "typeVersion": version, "position": [0, 0]}
    return {**shape, "parameters": parameters or {}, **more}


def workflow(nodes: Sequence[dict[str, Any]], *wires: str, **more: Any) -> dict[str, Any]:
    """A workflow; wires are ``A -> B``, with numbers for other ports than the first: ``A:1 -> B:1``.
    Without wires the nodes stand in a row."""
    names = [one["name"] for one in nodes]
    written = wires or [f"{a} -> {b}" for a, b in pairwise(names)]
    connections: dict[str, Any] = {}
    for wire in written:
        source, target = (end.strip().partition(":") for end in wire.split("->"))
        outputs = connections.setdefault(source[0], {"main": []})["main"]
        number = int(source[2] or 0)
        outputs.extend([] for _ in range(number + 1 - len(outputs)))
        outputs[number].append({"node": target[0], "type": "main", "index": int(target[2] or 0)})
    settings = {"executionOrder": "v1"}
    return {"name": "W", "nodes": list(nodes), "connections": connections, "settings": settings, **more}


def read(value: Any, name: str = "file") -> list[Imported]:
    """Everything that an export holds."""
    return list(N8nImporter().read(json.dumps(value).encode(), name, REGISTRY, Limits()))


def imported(value: Any) -> Imported:
    """The one workflow of an export."""
    (one,) = read(value)
    return one


def translated(kind: str, version: float = 1, parameters: Any = None, **more: Any) -> Imported:
    """A workflow of one node, imported: its step is ``flow.steps[0]``."""
    return imported(workflow([node("Node", kind, version, parameters, **more)]))


def run(value: Any, *, pins: bool = False) -> dict[str, list[list[list[dict[str, Any]]]]]:
    """Run a workflow from its manual trigger: node -> runs -> outputs -> items. Fails where it fails."""
    status, steps, error = run_to_end(value, pins=pins)
    assert status == "completed", error
    return steps


def run_to_end(
    value: Any, *, pins: bool = False, policy: Policy | None = None
) -> tuple[str, dict[str, Any], Mapping[str, Any] | None]:
    """Status, steps and error of a run."""
    flow = imported(value).flow
    policies = FixedPolicies(*([policy] if policy else []))
    world = fake_world(REGISTRY, SystemClock(), sandbox=sandbox(), policies=policies)
    try:
        world.flows.create("personal", flow, "alice", "", 1)
        _fill_in(world, flow)
        pinned: Mapping[str, Any] | None = None if pins else {}
        request = StartRequest(flow.id, mode="manual", wait="end", pins=pinned)
        started = start_execution(world, ALICE, request)
        _attend_until_done(world, started)
        header = world.journal.header(started.execution)
        state = state_of(world, header)
        return str(header.status), _steps(world, header, state), header.error
    finally:
        world.worker.stop(1)


FILLED = {
    "httpBasicAuth": {"user": "anna", "password": "geheim"},
    "httpHeaderAuth": {"name": "X-Key", "value": "geheim"},
    "httpQueryAuth": {"name": "key", "value": "geheim"},
    "httpBearerAuth": {"token": "geheim"},
    "httpCustomAuth": {"json": {"headers": {"X-Key": "geheim"}}},
    "oAuth1Api": {"consumerKey": "anna", "consumerSecret": "geheim"},
}
"""What stands in credentials that a workflow names; others stay to be filled in."""


def _fill_in(world: Any, flow: Any) -> None:
    for key in keys_of(flow):
        if key.type in FILLED:
            record = CredentialRecord("personal", *key, hosts=("*",), plain_http=True)
            world.credentials.put(record, FILLED[key.type])


def _attend_until_done(world: Any, started: Any) -> None:
    """Look again and again, as a node's keeper does, since a world of fakes rings for no timer."""
    for _ in range(WITHIN_S * 20):
        done, _ = wait([started.future], timeout=0.05)
        if done:
            break
        world.worker.attend_later(started.execution)
    started.future.result(0)


def _steps(world: Any, header: Any, state: ExecutionState) -> dict[str, Any]:
    plan = world.plans.get(header.subnet, header.version)
    found = {}
    for step, runs in state.runs.items():
        ports = [*plan.ports[step].outputs, FAILURE]
        found[plan.step(step).title] = [
            [items_of(world, header, one.outputs.get(port)) for port in ports]
            for _, one in sorted(runs.items())
        ]
    return found


def first_output(steps: Mapping[str, Any], name: str, run_index: int = 0) -> list[dict[str, Any]]:
    """The JSON of the items that a node gave on its first output."""
    return [item["json"] for item in steps[name][run_index][0]]
