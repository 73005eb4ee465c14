"""Violations, quarantine and the examination of modules over REST."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from engine.base.errors import SandboxViolation
from engine.base.limits import Limits
from engine.execution.violations import Place
from engine.ports.policy import PERSONAL, Policy
from engine.testing.module_sandbox import ModuleSandbox
from engine.web.deps import use_world
from tests.engine.web.conftest import client_of, headers, token

CODE = "b" + "a" * 58
TWICE = Policy(PERSONAL, limits=Limits(code_violations_max=2))
ADD = """(module (func (export "add") (param i32 i32) (result i32)
    local.get 0 local.get 1 i32.add))"""


@pytest.fixture
def violated(world):
    """Code that crossed a limit twice, and is in quarantine for it."""
    for attempt in (1, 2):
        place = Place("orders", "exe_1", "count", 0, attempt, "alice")
        error = SandboxViolation("it ran too long", limit="time", code_cid=CODE)
        world.violations.record(place, TWICE, error)


async def test_violations_are_listed_with_their_place(violated, alice, charlie):
    page = (await alice.get("/api/v1/sandbox/violations", params={"codeCid": CODE, "limit": 1})).json()
    (newest,) = page["violations"]
    assert (newest["flowId"], newest["stepId"]) == ("orders", "count")
    assert (newest["limit"], newest["actor"], newest["codeCid"]) == ("time", "alice", CODE)
    older = (await alice.get("/api/v1/sandbox/violations", params={"before": page["next"]})).json()
    (oldest,) = older["violations"]
    assert {newest["attempt"], oldest["attempt"]} == {1, 2}
    assert (await charlie.get("/api/v1/sandbox/violations")).json()["violations"] == []


async def test_a_quarantine_is_listed_and_lifted_by_an_administrator(violated, world, alice, app, charlie):
    (stay,) = (await alice.get("/api/v1/sandbox/quarantine")).json()
    assert (stay["kind"], stay["subject"], stay["by"]) == ("code", CODE, "sandbox")
    path = f"/api/v1/sandbox/quarantine/{CODE}"
    async with client_of(app, headers(token(world, PERSONAL, "system:read"))) as reader:
        assert (await reader.get("/api/v1/sandbox/quarantine")).status_code == 200
        assert (await reader.delete(path)).status_code == 403
    assert (await charlie.delete(path)).status_code == 404
    lifted = await alice.delete(path)
    assert (lifted.status_code, lifted.json()["liftedBy"] != "") == (200, True)
    assert (await alice.get("/api/v1/sandbox/quarantine")).json() == []
    again = await alice.delete(path)
    assert (again.status_code, again.json()["errorType"]) == (404, "validation_error")


async def test_a_module_is_examined_and_judged_by_the_policy(world, app, alice):
    none = await alice.post("/api/v1/modules/validate", json={"wat": ADD})
    assert (none.status_code, none.json()["detail"]) == (409, "this node has no sandbox for modules of users")
    with use_world(replace(world, sandbox=ModuleSandbox())) as _:
        good = (await alice.post("/api/v1/modules/validate", json={"wat": ADD})).json()
        assert (good["valid"], good["allowed"], good["report"]["risk"]) == (True, True, "low")
        assert "offers add(i32, i32)" in good["text"].replace("(func)", "")
        bad = {"wasm": base64.b64encode(b"\0asm\1\0\0\0rubbish").decode()}
        refused = (await alice.post("/api/v1/modules/validate", json=bad)).json()
        assert (refused["valid"], refused["allowed"]) == (False, False)
        for wrong in ({}, {"wat": ADD, "wasm": ""}, {"wasm": "?"}, {"wat": "(module"}):
            answer = await alice.post("/api/v1/modules/validate", json=wrong)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


async def test_what_the_policy_says_to_a_module_is_told(world, alice):
    world.policy.policies[PERSONAL] = Policy(PERSONAL, code="approved-only")
    with use_world(replace(world, sandbox=ModuleSandbox())):
        told = (await alice.post("/api/v1/modules/validate", json={"wat": ADD})).json()
    assert (told["valid"], told["allowed"]) == (True, False)
    assert "not approved" in told["refusal"]
