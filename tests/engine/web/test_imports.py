"""REST: n8n's workflows in and out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.web.deps import use_world
from n8n_import.door import N8nImporter
from tests.n8n_import.support import node, workflow

VALUE = workflow(
    [
        node("Start", "manualTrigger"),
        node("Slack", "slackOfTomorrow", 1, {"a": 1}, credentials={"slackApi": {"id": "1", "name": "Team"}}),
    ],
    id="w",
)


@pytest.fixture
def world(world):
    with use_world(replace(world, importer=lambda system: N8nImporter())) as made:
        yield made


async def test_an_export_becomes_a_flow_with_a_report(alice, world):
    answer = await alice.post("/api/v1/import/n8n", json=VALUE)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    (one,) = shown["workflows"]
    assert (shown["nodes"], shown["runnable"], one["action"], one["flowId"]) == (2, 1, "created", "w")
    assert {issue["severity"] for issue in one["issues"]} == {"unsupported", "note"}
    assert one["credentials"] == [{"name": "Team", "type": "slackApi", "fields": [], "nodes": ["Slack"]}]
    assert (await alice.get("/api/v1/flows/w")).status_code == 200


async def test_a_dry_run_stores_nothing(alice, world):
    answer = await alice.post("/api/v1/import/n8n?dryRun=true", json=[VALUE])
    assert answer.json()["workflows"][0]["action"] == "created"
    assert (await alice.get("/api/v1/flows/w")).status_code == 404


async def test_it_goes_back_as_it_came(alice, world):
    await alice.post("/api/v1/import/n8n", json=VALUE)
    answer = await alice.get("/api/v1/flows/w/export/n8n")
    assert answer.json() == {"workflow": VALUE, "issues": []}


async def test_nonsense_and_readers_are_refused(alice, bob, world):
    assert (await alice.post("/api/v1/import/n8n", content=b"nonsense")).status_code == 400
    assert (await bob.post("/api/v1/import/n8n", json=VALUE)).status_code == 403
    assert (await bob.post("/api/v1/import/n8n?dryRun=true", json=VALUE)).status_code == 200
