"""A DAO on a real node: approved by vote, run, and stopped by a guardian while it runs, there and on another
node that takes its policy."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
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


def flow(id: str, code: str) -> dict[str, Any]:
    """A flow that runs code, and waits."""
    return {
        "id": id,
        "name": id.title(),
        "steps": [
            {"id": "start", "type": "trigger.manual", "onSuccess": "code"},
            {"id": "code", "type": "code.javascript", "params": {"code": code}, "onSuccess": "wait"},
            {"id": "wait", "type": "flow.wait", "params": {"webhook": True}},
        ],
    }


@pytest.fixture(scope="module")
def member(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """Who founded the DAO of a node."""
    node = NodeProcess(tmp_path_factory.mktemp("node"))
    node.start()
    made = tenant(node, "personal", "admin")
    try:
        made.must("POST", "/api/v1/dao", {"name": "Acme", "charter": CHARTER})
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


DAO = "/api/v1/dao/personal"


def approved(member: Tenant, flow: str) -> tuple[str, str]:
    """The path of the proposal by which the code of a flow was approved, and the template's CID."""
    template = member.must("POST", f"{DAO}/drafts", {"flow": flow, "step": "code"})
    wish = {"kind": "approve", "title": flow.title(), "template": template}
    made = member.must("POST", f"{DAO}/proposals", {"wish": wish})
    path = f"{DAO}/proposals/{made['id']}"
    assert member.must("POST", f"{path}/submit")["stage"] == "voting"
    member.must("POST", f"{path}/vote", {"choice": [["yes", 1]]})
    until(member, path, "stage", "active")
    until(member, f"{DAO}/policy", "pending", None)
    return path, next(iter(made["content"]["templates"]))


def test_a_template_is_voted_in_run_and_stopped(member: Tenant) -> None:
    member.must("POST", "/api/v1/flows", flow("resize", "return items"))
    refused = member.start("resize")["executionId"]
    error = until(member, f"/api/v1/executions/{refused}", "status", "failed")["error"]
    assert error["code"] == "policy_violation"
    path, cid = approved(member, "resize")
    running = _waiting(member, "resize")
    before = time.monotonic()
    stopped = member.must("POST", f"{DAO}/templates/{cid}/stop", {"reason": "it steals"})
    assert stopped["halted"] == 1
    until(member, f"/api/v1/executions/{running}", "status", "aborted")
    assert time.monotonic() - before < 20  # two seconds, and patience for a busy machine
    again = member.start("resize")["executionId"]
    assert until(member, f"/api/v1/executions/{again}", "status", "failed")["error"]["code"] == "quarantined"
    assert member.get(f"{path}/verify")["valid"]


def test_another_node_takes_the_policy_over_and_stops_what_was_stopped(
    member: Tenant, tmp_path: Path
) -> None:
    """Two nodes with databases of their own: the second one trusts the first policy that it was given, and
    fetches what follows by itself."""
    source = {"url": member.node.url, "token": member.token, "everySeconds": 1}
    (tmp_path / "sources.json").write_text(json.dumps({"sources": {"personal": source}}))
    node = NodeProcess(tmp_path / "second", QFLOW_DAO_SOURCES=str(tmp_path / "sources.json"))
    first = member.get(f"{DAO}/policy")["versions"][0]["cid"]
    words = ("dao", "policy", "fetch", member.node.url, "--token", member.token, "--cid", first)
    assert first in node.qflow(*words)
    node.start()
    other = tenant(node, "personal", "admin")
    try:
        _followed(member, other)
    finally:
        other.client.close()
        node.stop()


def _followed(member: Tenant, other: Tenant) -> None:
    for each in (member, other):
        each.must("POST", "/api/v1/flows", flow("crop", "return items.slice(0, 1)"))
    error = until(other, f"/api/v1/executions/{other.start('crop')['executionId']}", "status", "failed")
    assert error["error"]["code"] == "policy_violation"
    assert other.ask("PUT", "/api/v1/policy", {"document": {"code": "any"}, "revision": 9}).status_code == 403
    _, cid = approved(member, "crop")
    words = ("--from", member.node.url, "--from-token", member.token, "--json")
    fetched = json.loads(other.node.qflow("dao", "template", "fetch", cid, *words))
    assert (fetched["cid"], fetched["origin"]["vote"]["ballots"]) == (cid, 1)
    running = _waiting(other, "crop")
    member.must("POST", f"{DAO}/templates/{cid}/stop", {"reason": "it steals"})
    until(other, f"/api/v1/executions/{running}", "status", "aborted")
    newest = member.get(f"{DAO}/policy/chain")["policies"]
    assert other.get(f"{DAO}/policy/chain")["policies"] == newest
    rolled_back = other.ask("POST", f"{DAO}/policy/chain", {"policies": newest[:-1]})
    assert (rolled_back.status_code, "in force" in rolled_back.text) == (422, True)


def _waiting(member: Tenant, flow: str) -> str:
    """An execution that got past its code: the new policy is in force a moment after it was adopted."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        id: str = member.start(flow)["executionId"]
        while (status := member.get(f"/api/v1/executions/{id}")["status"]) in ("pending", "running"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        if status == "waiting":
            return id
        time.sleep(0.2)
    raise AssertionError("approved code was refused")
