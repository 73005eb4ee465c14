"""Two subnets of one node: a victim that has one of everything, and whoever attacks it."""

from __future__ import annotations

import json
import ssl
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.node import NodeProcess

VICTIM, ATTACKER = "alpha", "beta"
CANARY = "canary7f3a"
"""Stands in everything that the victim has."""

SCOPES = "flows:read,flows:write,executions:read,executions:write,system:read,admin"
WITHIN_S = 60
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nodes of tests speak plain HTTP; to load the system's certificates for each client takes 25 ms."""


@dataclass
class Tenant:
    """Somebody with a token."""

    node: NodeProcess
    token: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        self.client = httpx.Client(base_url=self.node.url, headers=headers, timeout=60, verify=NO_TLS)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Any request."""
        return self.client.request(method, path, json=body, **options)

    def get(self, path: str) -> Any:
        """JSON that must be there."""
        return self.must("GET", path)

    def must(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The JSON of an answer that must be good."""
        answer = self.ask(method, path, body, **options)
        assert answer.status_code < 400, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def publish(self, *flows: dict[str, Any]) -> None:
        """Create and publish flows."""
        for flow in flows:
            self.must("POST", "/api/v1/flows", flow)
            self.must("POST", f"/api/v1/flows/{flow['id']}/publish")

    def run(self, flow: dict[str, Any], **body: Any) -> Any:
        """Create a flow and start it; gives how it ended."""
        self.must("POST", "/api/v1/flows", flow)
        return self.start(flow["id"], **body)

    def start(self, flow: str, **body: Any) -> Any:
        """Start the draft of a flow and wait; gives how it ended."""
        return self.must("POST", f"/api/v1/flows/{flow}/start", {"wait": True, "mode": "test", **body})

    def until(self, path: str, done: Any) -> Any:
        """What a path gives once it is as wanted."""
        end = time.monotonic() + WITHIN_S
        while True:
            found = self.get(path)
            if done(found):
                return found
            assert time.monotonic() < end, found
            time.sleep(0.02)  # the poll's own pace


def tenant(node: NodeProcess, subnet: str, scopes: str) -> Tenant:
    """A new token of a subnet."""
    made = node.qflow("token", "create", "--subnet", subnet, "--scopes", scopes, "--json")
    return Tenant(node, json.loads(made)["token"])


def flow(id: str, *steps: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A flow that is started by hand."""
    return {"id": id, "steps": [{"id": "start", "type": "trigger.manual"}, *map(dict, steps)], **more}


def code(text: str, **params: Any) -> dict[str, Any]:
    """A step of JavaScript."""
    return {"id": "code", "type": "code.javascript", "params": {"code": text, **params}}


KV = {"operation": "kv", "actions": ["get", "set", "list"]}

WAITS = flow(
    f"{CANARY}-waits",
    {"id": "before", "type": "data.set", "params": {"fields": {"secret": CANARY}}},
    {"id": "approve", "type": "flow.approval", "params": {"title": CANARY}},
)
CALLED = flow(f"{CANARY}-called", {"id": "wait", "type": "flow.wait", "params": {"webhook": True}})
KEEPS = flow(
    f"{CANARY}-keeps", code(f"await $kv.set('{CANARY}', '{CANARY}'); return $input.all()", capabilities=[KV])
)
HOOK = {
    "id": f"{CANARY}-hook",
    "steps": [{"id": "call", "type": "trigger.webhook", "params": {"path": f"{CANARY}/:part"}}],
}
SUB = {
    "id": f"{CANARY}-sub",
    "steps": [
        {"id": "called", "type": "trigger.subflow"},
        {"id": "tell", "type": "data.set", "params": {"fields": {"told": CANARY}}},
    ],
}
LISTENS = {
    "id": f"{CANARY}-listens",
    "steps": [{"id": "on", "type": "trigger.event", "params": {"eventType": f"{CANARY}.paid"}}],
}
ERRORS = {"id": f"{CANARY}-errors", "steps": [{"id": "failed", "type": "trigger.error"}]}


def furnish(victim: Tenant) -> dict[str, str]:
    """Give the victim one of everything; gives the ids by what they are of."""
    policy = victim.get("/api/v1/policy")
    document = {**policy["document"], "capabilities": [KV]}
    victim.must("PUT", "/api/v1/policy", {"document": document, "revision": policy["revision"]})
    victim.publish(WAITS, CALLED, KEEPS, HOOK, SUB, LISTENS, ERRORS)
    waiting = victim.start(WAITS["id"])["executionId"]
    called = victim.start(CALLED["id"])["executionId"]
    ended = _kept(victim)
    version = victim.get(f"/api/v1/flows/{WAITS['id']}")["revision"]
    held = victim.must("POST", "/api/v1/identities", {"name": CANARY})
    sub = victim.must("POST", "/api/v1/identities", {"name": f"{CANARY}-sub", "delegated": True})
    names = f"/api/v1/roles/{CANARY}"
    victim.must("PUT", names, {"actions": ["step.run"], "description": CANARY})
    victim.must("PUT", f"/api/v1/schemas/events/{CANARY}.made", {"document": {"title": CANARY}})
    secret = {"values": {"token": CANARY}, "hosts": ["*"]}
    victim.must("PUT", f"/api/v1/credentials/httpBearerAuth/{CANARY}", secret)
    victim.must("PUT", f"/api/v1/variables/{CANARY}", {"value": CANARY})
    label = {"label": CANARY}
    checkpoint = victim.must("POST", f"/api/v1/executions/{waiting}/checkpoints", label)["checkpointId"]
    victim.until(f"/api/v1/executions/{waiting}/checkpoints", bool)
    return {
        "subnet": VICTIM,
        "flow": WAITS["id"],
        "hook": HOOK["id"],
        "version": version,
        "execution": waiting,
        "called": called,
        "ended": ended["executionId"],
        "file": ended["items"][0]["binary"]["paper"]["id"],
        "step": "before",
        "checkpoint": checkpoint,
        "token": victim.must("POST", "/api/v1/tokens", {"name": CANARY, "scopes": ["flows:read"]})["id"],
        "identity": held["id"],
        "sub": sub["id"],
        "grant": victim.must("POST", "/api/v1/grants", {"who": CANARY, "actions": ["flow.read"]})["id"],
        "consent": victim.must("POST", "/api/v1/consents", {"person": CANARY, "purpose": CANARY})["id"],
        "hold": victim.must("POST", "/api/v1/audit/holds", _HOLD | {"subject": ended["executionId"]})["id"],
        "schedule": victim.must("POST", "/api/v1/audit/schedules", _HOURLY)["id"],
        "report": "rep_00000000000000000000000000",  # a schedule is not due within a test
        "use": victim.get("/api/v1/capabilities/uses")["uses"][0]["id"],
        "capability": victim.get("/api/v1/capabilities/uses")["uses"][0]["token"],
        "audit": victim.get("/api/v1/audit?limit=1")["next"],
        "event_type": f"{CANARY}.made",
        "role": CANARY,
        "subject": WAITS["id"],
        **_governed(victim),
    }


def _governed(victim: Tenant) -> dict[str, str]:
    """A DAO with a draft, and the template that is proposed in it; code runs as before."""
    dao = victim.must("POST", "/api/v1/dao", {"name": CANARY, "policy": {"code": "any"}})["id"]
    template = {"name": "code", "type": "code", "language": "python", "source": f"'{CANARY}'"}
    wish = {"kind": "approve", "title": CANARY, "template": template}
    made = victim.must("POST", f"/api/v1/dao/{dao}/proposals", {"wish": wish})
    return {"dao": dao, "proposal": made["id"], "template": made["templates"][0]["cid"]}


_HOLD = {"kind": "execution", "reason": CANARY}
_HOURLY = {"kind": "gdpr", "intervalMs": 3_600_000}


def _kept(victim: Tenant) -> dict[str, Any]:
    """An execution that keeps a value; the policy that allows it is in force a moment after it is saved."""
    deadline = time.monotonic() + 30
    while (ended := victim.start(KEEPS["id"], items=[_with_file()]))["status"] != "completed":
        assert time.monotonic() < deadline, ended
    return ended


def _with_file() -> dict[str, Any]:
    data = b64encode(CANARY.encode() * 2000).decode()
    paper = {"data": data, "mimeType": "text/plain", "fileName": f"{CANARY}.txt"}
    return {"json": {"word": CANARY}, "binary": {"paper": paper}}
