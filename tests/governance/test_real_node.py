"""A DAO on a real node: approved by vote, run, and stopped by a guardian while it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.node import NodeProcess
from tests.isolation.tenants import Tenant, tenant

pytestmark = pytest.mark.slow

RULE = {
    "mode": "vote", "quorum": 1, "support": 50, "reviewers": 0, "votingSeconds": 1, "timelockSeconds": 0,
    "extensionSeconds": 0,
}  # fmt: skip
CHARTER = {"rules": dict.fromkeys(("low", "medium", "high", "critical"), RULE), "cooldownSeconds": 0}
FLOW = {
    "id": "resize",
    "name": "Resize",
    "steps": [
        {"id": "start", "type": "trigger.manual", "onSuccess": "code"},
        {"id": "code", "type": "code.javascript", "params": {"code": "return items"}, "onSuccess": "wait"},
        {"id": "wait", "type": "flow.wait", "params": {"webhook": True}},
    ],
}


@pytest.fixture(scope="module")
def member(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    node = NodeProcess(tmp_path_factory.mktemp("node"))
    node.start()
    made = tenant(node, "personal", "admin")
    try:
        yield made
    finally:
        made.client.close()
        node.stop()


def until(member: Tenant, path: str, name: str, value: Any, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while (shown := member.get(path))[name] != value:
        assert time.monotonic() < deadline, shown
        time.sleep(0.05)
    return shown


def test_a_template_is_voted_in_run_and_stopped(member: Tenant) -> None:
    member.must("POST", "/api/v1/dao", {"name": "Acme", "charter": CHARTER})
    member.must("POST", "/api/v1/flows", FLOW)
    dao = "/api/v1/dao/personal"
    refused = member.start("resize")["executionId"]
    error = until(member, f"/api/v1/executions/{refused}", "status", "failed")["error"]
    assert error["code"] == "policy_violation"
    template = member.must("POST", f"{dao}/drafts", {"flow": "resize", "step": "code"})
    wish = {"kind": "approve", "title": "Resize", "template": template}
    made = member.must("POST", f"{dao}/proposals", {"wish": wish})
    path = f"{dao}/proposals/{made['id']}"
    assert member.must("POST", f"{path}/submit")["stage"] == "voting"
    member.must("POST", f"{path}/vote", {"choice": [["yes", 1]]})
    until(member, path, "stage", "active")
    until(member, f"{dao}/policy", "pending", None)
    running = _waiting(member)
    (cid,) = (one["cid"] for one in member.get(f"{dao}/templates"))
    before = time.monotonic()
    stopped = member.must("POST", f"{dao}/templates/{cid}/stop", {"reason": "it steals"})
    assert stopped["halted"] == 1
    until(member, f"/api/v1/executions/{running}", "status", "aborted")
    assert time.monotonic() - before < 20  # two seconds, and patience for a busy machine
    again = member.start("resize")["executionId"]
    assert until(member, f"/api/v1/executions/{again}", "status", "failed")["error"]["code"] == "quarantined"
    assert member.get(f"{path}/verify")["valid"]


def _waiting(member: Tenant) -> str:
    """An execution that got past its code: the new policy is in force a moment after it was adopted."""
    for _ in range(100):
        id: str = member.start("resize")["executionId"]
        deadline = time.monotonic() + 30
        while (status := member.get(f"/api/v1/executions/{id}")["status"]) in ("pending", "running"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        if status == "waiting":
            return id
    raise AssertionError("approved code was refused")
