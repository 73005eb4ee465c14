"""Subnets over REST, and what callers of a suspended one are told."""

from __future__ import annotations

import pytest

from engine.ports.policy import PERSONAL
from tests.engine.web.conftest import ELSEWHERE, GREETING, published, webhook_flow

SUBNETS = "/api/v1/subnets"
REASON = {"reason": "the bill is not paid"}


async def test_a_subnet_is_made_shown_suspended_resumed_and_deleted(alice) -> None:
    made = await alice.post(SUBNETS, json={"id": "alpha", "name": "Alpha"})
    assert made.status_code == 201, made.text
    assert made.json()["state"] == "active"
    suspended = (await alice.post(f"{SUBNETS}/alpha/suspend", json=REASON)).json()
    assert (suspended["state"], suspended["reason"]) == ("suspended", REASON["reason"])
    assert (await alice.get(f"{SUBNETS}/alpha")).json() == suspended
    assert (await alice.post(f"{SUBNETS}/alpha/resume")).json()["state"] == "active"
    deleted = await alice.delete(f"{SUBNETS}/alpha")
    assert (deleted.status_code, deleted.json()["state"]) == (202, "deleting")
    assert {one["id"]: one["state"] for one in (await alice.get(SUBNETS)).json()}["alpha"] == "deleting"


async def test_a_webhook_of_a_suspended_subnet_says_why_with_503(alice, charlie, anyone) -> None:
    await published(charlie, webhook_flow())
    await alice.post(f"{SUBNETS}/{ELSEWHERE}/suspend", json=REASON)
    answer = await anyone.post("/webhook/hook")
    assert answer.status_code == 503
    assert answer.json()["code"] == "subnet_suspended"
    assert REASON["reason"] in answer.json()["detail"]
    await alice.post(f"{SUBNETS}/{ELSEWHERE}/resume")
    assert (await anyone.post("/webhook/hook")).status_code == 200


async def test_a_suspended_subnet_can_be_looked_at_but_starts_nothing(alice, charlie) -> None:
    await published(charlie, GREETING)
    await alice.post(f"{SUBNETS}/{ELSEWHERE}/suspend", json=REASON)
    assert (await charlie.get("/api/v1/flows")).status_code == 200
    assert (await charlie.get(f"{SUBNETS}/{ELSEWHERE}")).json()["reason"] == REASON["reason"]
    for path in ("flows/greeting/start", "flows/greeting/trigger"):
        assert (await charlie.post(f"/api/v1/{path}", json={})).status_code == 503
    assert (await charlie.post("/api/v1/events", json={"type": "order.paid"})).status_code == 503


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "", {"id": "mine"}),
        ("POST", f"/{ELSEWHERE}/suspend", REASON),
        ("POST", f"/{ELSEWHERE}/resume", None),
        ("DELETE", f"/{ELSEWHERE}", None),
    ],
)
async def test_only_who_keeps_the_node_changes_subnets(charlie, method, path, body) -> None:
    assert (await charlie.request(method, SUBNETS + path, json=body)).status_code == 403


async def test_another_subnet_is_not_there(charlie, bob) -> None:
    assert (await charlie.get(f"{SUBNETS}/personal")).status_code == 404
    assert [one["id"] for one in (await charlie.get(SUBNETS)).json()] == [ELSEWHERE]
    assert (await bob.get(SUBNETS)).status_code == 403


async def test_the_load_of_a_node_is_told_whole_to_who_keeps_it_only(
    alice, charlie, world, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.worker, "live", lambda: ["exe_1", "exe_2", "exe_3"])
    assert (await alice.get("/api/v1/nodes")).json()[0]["currentLoad"] == 0.03
    assert (await charlie.get("/api/v1/nodes")).json()[0]["currentLoad"] == 0
    running = {PERSONAL: 5, ELSEWHERE: 2}
    monkeypatch.setattr(world.journal, "running", lambda subnet: running[subnet])
    assert (await charlie.get("/api/v1/nodes")).json()[0]["currentLoad"] == 0.02


async def test_usage_is_told_by_day_as_json_and_csv_and_to_nobody_else(alice, charlie) -> None:
    await published(charlie, webhook_flow())
    path = f"{SUBNETS}/{ELSEWHERE}/usage"
    for one in (charlie, alice):
        told = await one.get(path)
        assert (told.status_code, told.headers["content-type"]) == (200, "application/json; charset=utf-8")
    table = await charlie.get(f"{path}?form=csv&from=2026-01-01&to=2026-01-31")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.startswith("day,executions,steps,")
    assert (await charlie.get(f"{SUBNETS}/personal/usage")).status_code == 404
    assert (await charlie.get(f"{path}?from=yesterday")).status_code == 400
