"""Code steps that reach the world through their tokens, in whole executions, with a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine.base.canonical import RAW, cid_of, cid_of_bytes
from engine.dispatch.clock import SystemClock
from engine.flow.canonical import to_canonical
from engine.journal.facts import StepCompleted, StepStarted
from engine.ports.capabilities import Secret
from engine.ports.grants import HttpCapability, KvCapability, SecretCapability
from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from engine.sandbox.wasm_sandbox import WasmSandbox
from engine.steps.http_request.egress import GuardedEgress
from engine.steps.registry import Registry
from engine.testing.policies import FixedPolicies
from engine.testing.world import ALICE, fake_world
from engine.usecases.create_flow import create_flow
from engine.usecases.get_flow import get_flow
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World
from tests.engine.sandbox.capabilities.bench import Bench
from tests.servers.http_server import HttpServer

Run = Callable[..., Any]
KEY = Secret("key", "s3cret-value", hosts=("127.0.0.1",), subnets=(PERSONAL,), plain_http=True)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as made:
        yield made


@pytest.fixture
def bench() -> Bench:
    """The capabilities of the node, with a real way out."""
    made = Bench(
        ceilings=(
            HttpCapability(host="127.0.0.1", methods=("*",)),
            KvCapability(),
            SecretCapability(name="key"),
        ),
        secrets=(KEY,),
        egress_of=GuardedEgress,
        clock=SystemClock(),
    )
    return made


@pytest.fixture
def world(sandbox: WasmSandbox, bench: Bench) -> Iterator[World]:
    policy = Policy(PERSONAL, egress=EgressPolicy(allow=("127.0.0.0/8",)), capabilities=bench.ceilings)
    made = fake_world(
        Registry(), SystemClock(), sandbox=sandbox, policies=FixedPolicies(policy), capabilities=bench.host
    )
    yield made
    made.worker.stop(1)


@pytest.fixture
def run(world: World) -> Run:
    made: list[Any] = []

    def go(*steps: dict[str, Any], items: list[dict[str, Any]] | None = None) -> Any:
        if steps not in made:
            made.append(steps)
            create_flow(world, ALICE, {"id": f"f{len(made)}", "name": "F", "steps": list(steps)})
        request = StartRequest(
            f"f{made.index(steps) + 1}", items or [{"json": {}}], mode="manual", wait="end"
        )
        started = start_execution(world, ALICE, request)
        assert started.future is not None
        go.execution = started.execution  # type: ignore[attr-defined]
        return started.future.result(300)  # the first one makes the guest

    return go


def step(action: str, code: str, *capabilities: dict[str, Any], id: str = "reach") -> dict[str, Any]:
    return {"id": id, "action": action, "params": {"code": code, "capabilities": list(capabilities)}}


def http(server: HttpServer, **more: Any) -> dict[str, Any]:
    return {"operation": "http", "host": "127.0.0.1", **more}


CODE = {
    "code.javascript": "return await $helpers.httpRequest({ url: %r })",
    "code.python": "return http_request(%r).json()",
}


@pytest.mark.parametrize("action", CODE)
def test_inside_its_token_code_reaches_the_server_and_the_audit_knows(
    run: Run, bench: Bench, server: HttpServer, action: str
) -> None:
    outcome = run(step(action, CODE[action] % server.at("/json?body={%22n%22:7}"), http(server)))
    assert outcome.kind == "completed", outcome.error
    assert outcome.items[0]["json"] == {"n": 7}
    assert [(use.operation, use.allowed, use.step) for use in bench.uses] == [("http", True, "reach")]
    assert len(bench.authority.live) == 0  # the token ended with the attempt


@pytest.mark.parametrize("action", CODE)
def test_outside_its_token_code_is_refused_with_token_host_and_policy_named(
    run: Run, bench: Bench, server: HttpServer, action: str
) -> None:
    outcome = run(step(action, CODE[action] % "http://evil.example/x", http(server)))
    assert outcome.kind == "failed"
    assert outcome.error.code == "capability_denied"
    for word in ("cap_", "evil.example", "subnet 'personal'", "policy", "'reach'"):
        assert word in outcome.error.message
    assert [(use.allowed, use.reason) for use in bench.uses] == [(False, "not-granted")]
    assert server.seen == []


def test_what_the_policy_lacks_no_step_gets(run: Run, bench: Bench, server: HttpServer) -> None:
    asked = {"operation": "http", "host": "*", "methods": ["*"]}
    outcome = run(step("code.javascript", CODE["code.javascript"] % "http://localhost:1/", asked))
    assert outcome.error.code == "capability_denied"
    assert bench.last.arguments["host"] == "localhost"


def test_code_that_asks_for_nothing_is_told_where_to_ask(run: Run, bench: Bench) -> None:
    outcome = run(step("code.javascript", "return await $kv.get('a')"))
    assert outcome.error.code == "capability_denied"
    assert "parameter capabilities" in outcome.error.message
    assert bench.uses == []


def test_a_refusal_can_be_caught(run: Run, server: HttpServer) -> None:
    code = """
    try { await this.helpers.httpRequest('http://evil.example/'); } catch (error) {
      return { code: error.code, name: error.name, same: error instanceof Error };
    }"""
    outcome = run(step("code.javascript", code, http(server)))
    assert outcome.items[0]["json"] == {"code": "capability_denied", "name": "HostError", "same": True}


def test_values_are_kept_between_executions(run: Run) -> None:
    counts = "const n = (await $kv.get('n', 0)) + 1; await $kv.set('n', n); return { n }"
    reads = "return {'n': kv.get('n'), 'all': kv.list()}"
    kv = {"operation": "kv"}
    steps = step("code.javascript", counts, kv), step("code.python", reads, kv, id="then")
    assert [run(*steps).items[0]["json"]["n"] for _ in range(3)] == [1, 2, 3]


def test_static_data_is_written_back_when_the_code_has_ended(run: Run, bench: Bench) -> None:
    javascript = "const data = $getWorkflowStaticData('global'); data.n = (data.n ?? 0) + 1; return data"
    python = "data = _getWorkflowStaticData('global')\ndata.n += 10\nreturn data"
    kv = {"operation": "kv", "prefix": "static:"}
    steps = step("code.javascript", javascript, kv), step("code.python", python, kv, id="then")
    assert [run(*steps).items[0]["json"]["n"] for _ in range(2)] == [11, 22]


def test_a_secret_is_used_and_never_seen(run: Run, server: HttpServer) -> None:
    code = "const secrets = [{ name: 'key', header: 'X-Key', format: 'Bearer {}' }];\n"
    code += f"return await $helpers.httpRequest({{ url: {server.at('/echo')!r}, secrets }})"
    secret = {"operation": "secret", "name": "key", "host": "127.0.0.1"}
    outcome = run(step("code.javascript", code, http(server), secret))
    assert outcome.items[0]["json"]["headers"]["x-key"] == "Bearer ***"
    assert server.seen[0].headers["X-Key"] == "Bearer s3cret-value"


def test_an_error_status_fails_the_step_unless_it_is_asked_for(run: Run, server: HttpServer) -> None:
    url = server.at("/status/404")
    outcome = run(step("code.javascript", f"return $helpers.httpRequest({url!r})", http(server)))
    assert "Request failed with status code 404" in outcome.error.message
    asked = f"{{ url: {url!r}, returnFullResponse: true, ignoreHttpStatusErrors: true }}"
    code = f"const r = await $helpers.httpRequest({asked}); return {{ status: r.statusCode }}"
    assert run(step("code.javascript", code, http(server))).items[0]["json"] == {"status": 404}


def test_a_network_failure_keeps_its_code_so_that_it_is_tried_again(run: Run, server: HttpServer) -> None:
    outcome = run(step("code.python", f"return http_request({server.at('/hang-up')!r})", http(server)))
    assert outcome.error.code == "network_failure"
    assert outcome.error.retryable


def test_waiting_for_the_host_is_not_the_codes_own_time(
    world: World, run: Run, bench: Bench, server: HttpServer
) -> None:
    """A step's timeout holds; the deadline of the sandbox is for what the code itself does."""
    slow = step("code.javascript", f"return $helpers.httpRequest({server.at('/slow-head')!r})", http(server))
    outcome = run({**slow, "timeout": 400})
    assert outcome.error.code in {"step_timed_out", "timed_out"}


@pytest.mark.parametrize(
    ("capabilities", "effect"),
    [
        ([], "pure"),
        ([{"operation": "http", "host": "a.example"}], "read"),
        ([{"operation": "http", "host": "a.example", "methods": ["POST"]}], "write"),
        ([{"operation": "kv", "actions": ["get", "list"]}], "read"),
        ([{"operation": "kv"}], "write"),
        ([{"operation": "secret", "name": "key"}, {"operation": "http", "host": "a.example"}], "read"),
        ([{"operation": "module", "module": "qmail"}], "write"),
        ("{{ $json.asked }}", "write"),
    ],
)
@pytest.mark.parametrize("action", ["code.javascript", "code.python", "wasm.execute", "wasm.streaming"])
def test_what_a_step_asks_for_decides_its_effect(action: str, capabilities: Any, effect: str) -> None:
    assert Registry().get(action).effect({"capabilities": capabilities}) == effect


def test_what_is_asked_for_comes_from_the_flow_and_not_from_items(run: Run) -> None:
    reach = step("code.javascript", "return []")
    reach["params"]["capabilities"] = "{{ $json.asked }}"
    outcome = run(reach, items=[{"json": {"asked": [{"operation": "http", "host": "*"}]}}])
    assert outcome.error.code == "invalid_input"


MODULE = """(module
  (import "qflow" "call" (func $call (param i32 i32) (result i32)))
  (import "qflow" "take" (func $take (param i32)))
  (memory (export "memory") 2 2)
  (data (i32.const 16) "%s")
  (func (export "alloc") (param i32) (result i32) i32.const 32768)
  (func (export "ask") (param i32 i32) (result i64)
    (local $size i32)
    (local.set $size (call $call (i32.const 16) (i32.const %d)))
    (call $take (i32.const 65536))
    (i64.or (i64.shl (i64.const 65536) (i64.const 32)) (i64.extend_i32_u (local.get $size))))
  (func (export "insist") (result i32)
    (drop (call $call (i32.const 16) (i32.const %d))) unreachable))"""


def module(request: str) -> str:
    return MODULE % (request.replace('"', '\\"'), len(request), len(request))


def test_a_module_asks_its_host_for_json(run: Run, bench: Bench) -> None:
    request = '{"operation":"kv","request":{"action":"set","key":"k","value":5}}'
    params = {"wat": module(request), "function": "ask", "capabilities": [{"operation": "kv"}]}
    outcome = run({"id": "call", "action": "wasm.execute", "params": params})
    assert outcome.kind == "completed", outcome.error
    assert outcome.items[0]["json"]["result"] == {"value": {"revision": 1}}
    assert bench.last.allowed


def test_a_module_that_gives_up_after_a_refusal_fails_with_it(run: Run) -> None:
    request = '{"operation":"kv","request":{"action":"get","key":"k"}}'
    params = {
        "wat": module(request),
        "function": "insist",
        "capabilities": [{"operation": "http", "host": "a"}],
    }
    outcome = run({"id": "call", "action": "wasm.execute", "params": params})
    assert outcome.error.code == "capability_denied"
    refused = {"wat": module(request), "function": "ask"}
    outcome = run({"id": "call", "action": "wasm.execute", "params": refused})
    assert outcome.items[0]["json"]["result"]["error"]["code"] == "capability_denied"


def test_reading_steps_are_committed_before_they_act(world: World, run: Run, server: HttpServer) -> None:
    run(step("code.python", CODE["code.python"] % server.at("/json?body={}"), http(server)))
    facts = [entry.fact for entry in world.journal.load(run.execution)[1]]  # type: ignore[attr-defined]
    assert any(isinstance(fact, StepStarted) and fact.step == "reach" for fact in facts)
    receipt = next(fact for fact in facts if isinstance(fact, StepCompleted) and fact.step == "reach")
    assert receipt.fuel > 0
    assert receipt.code.startswith("bafkrei")


def test_code_is_held_to_what_was_approved_for_it_and_for_its_flow(
    world: World, run: Run, server: HttpServer
) -> None:
    """The same code asks for the same in a flow that was approved with it, and in one that was not."""
    policies: Any = world.policy
    code = CODE["code.javascript"] % server.at("/json?body={%22n%22:7}")
    cid = cid_of_bytes(code.encode(), RAW)
    allowed = step("code.javascript", code, http(server))
    other = {**allowed, "id": "again"}
    assert run(allowed).kind == "completed"
    version = cid_of(to_canonical(get_flow(world, ALICE, "f1").flow))
    reach = policies.policies[PERSONAL].capabilities
    for ceilings, kind in (({cid: reach}, "completed"), ({cid: (), version: reach}, "failed")):
        policies.policies[PERSONAL] = replace(policies.policies[PERSONAL], ceilings=ceilings)
        assert run(other).kind == kind
        assert run(allowed).kind == "completed"
