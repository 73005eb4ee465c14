"""Holds, schedules of reports and data subjects over REST, and who else tries."""

from __future__ import annotations

from typing import Any

import pytest

from engine.base.canonical import RAW
from engine.ports.report_store import ReportRun
from engine.usecases.world import World
from tests.engine.web.conftest import ELSEWHERE, client_of, headers, token

HOLD = {"kind": "identity", "subject": "ann@example.com", "reason": "case 7"}
NIGHTLY = {"kind": "soc2", "form": "csv", "cron": ["0 3 * * *"]}
PERSON = {"subject": "ann@example.com"}


@pytest.fixture
async def charlie(app: Any, world: World) -> Any:
    """May do everything in another subnet."""
    async with client_of(app, headers(token(world, ELSEWHERE, "admin"))) as client:
        yield client


async def test_a_hold_is_placed_listed_and_released_once(alice: Any) -> None:
    placed = (await alice.post("/api/v1/audit/holds", json=HOLD)).json()
    assert (await alice.get("/api/v1/audit/holds")).json() == [placed]
    refused = await alice.post("/api/v1/subjects/erase", json=PERSON)
    assert refused.status_code == 409
    assert placed["id"] in refused.json()["detail"]
    path = f"/api/v1/audit/holds/{placed['id']}/release"
    assert (await alice.post(path, json={"reason": "closed"})).json()["releaseReason"] == "closed"
    assert (await alice.post(path)).status_code == 409
    assert (await alice.post("/api/v1/subjects/erase", json=PERSON)).json()["erased"] == []


async def test_a_report_that_was_made_is_listed_and_read(alice: Any, world: World) -> None:
    schedule = (await alice.post("/api/v1/audit/schedules", json=NIGHTLY)).json()
    assert schedule["when"] == {"cron": ["0 3 * * *"], "timezone": "UTC"}
    (stored,) = world.reports.schedules("personal")
    run = ReportRun("rpt_1", "personal", stored.id, "soc2", "csv", 1, 2, 2)
    world.reports.begin(stored, None, run)
    assert (await alice.get("/api/v1/audit/reports/made/rpt_1")).status_code == 409
    world.reports.made(run, world.blocks.put("personal", b"a,b\r\n", RAW), 5, 3)
    listed = (await alice.get("/api/v1/audit/reports")).json()["reports"]
    assert [(one["id"], one["scheduleId"], one["bytes"]) for one in listed] == [("rpt_1", stored.id, 5)]
    answer = await alice.get("/api/v1/audit/reports/made/rpt_1")
    assert (answer.text, answer.headers["content-type"]) == ("a,b\r\n", "text/csv; charset=utf-8")
    assert (await alice.delete(f"/api/v1/audit/schedules/{stored.id}")).json()["id"] == stored.id


async def test_nobody_speaks_for_another_subnet_or_person(alice: Any, charlie: Any, world: World) -> None:
    hold = (await alice.post("/api/v1/audit/holds", json=HOLD)).json()["id"]
    schedule = (await alice.post("/api/v1/audit/schedules", json=NIGHTLY)).json()["id"]
    for forged in ({"subnet": "personal"}, {"by": "alice"}, {"nextUs": 1}, {"id": schedule}):
        for path, body in (("schedules", NIGHTLY), ("holds", HOLD)):
            answer = await charlie.post(f"/api/v1/audit/{path}", json={**body, **forged})
            assert answer.status_code == 400
    assert (await charlie.post(f"/api/v1/audit/holds/{hold}/release")).status_code == 404
    assert (await charlie.delete(f"/api/v1/audit/schedules/{schedule}")).status_code == 404
    for path in ("holds", "schedules"):
        assert (await charlie.get(f"/api/v1/audit/{path}")).json() == []
    found = (await charlie.post("/api/v1/subjects/export", json=PERSON)).json()
    assert [found[part] for part in ("consents", "executions", "events")] == [[], [], []]
    assert len(world.holds.in_force("personal")) == len(world.reports.schedules("personal")) == 1


async def test_who_is_no_administrator_changes_and_reads_nothing(bob: Any, anyone: Any) -> None:
    calls = [("holds", HOLD), ("schedules", NIGHTLY)]
    paths = [(f"/api/v1/audit/{path}", body) for path, body in calls]
    paths += [(f"/api/v1/subjects/{verb}", PERSON) for verb in ("export", "erase")]
    for path, body in paths:
        assert (await bob.post(path, json=body)).status_code == 403
        assert (await anyone.post(path, json=body)).status_code == 401
    for path in ("holds", "schedules", "reports", "reports/made/rpt_1"):
        assert (await bob.get(f"/api/v1/audit/{path}")).status_code == 403
