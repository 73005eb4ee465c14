"""Audit, holds, reports, persons, bundles and imports from the command line, here and on a node elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.cli.node import RunningNode
from tests.engine.cli.support import Done, Qflow, flow

ORDERS = flow("orders", 'shape data.set {"fields": {"a": 1}}')
WORKFLOW = {
    "name": "Greet",
    "nodes": [
        {"name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0]},
        {"name": "Set", "type": "n8n-nodes-base.noOp", "typeVersion": 1, "position": [1, 0]},
    ],
    "connections": {"Start": {"main": [[{"node": "Set", "type": "main", "index": 0}]]}},
}
ANN = "ann@example.com"


class Remote:
    """``qflow`` on a machine that has no data directory, with the URL and a token of a node."""

    def __init__(self, node: RunningNode, empty: Path) -> None:
        self._qflow, self.empty = Qflow(empty), empty
        token = json.loads(node.qflow("token", "create", "--scopes", "admin", "--json").out)["token"]
        self._door = {"QFLOW_URL": node.url, "QFLOW_TOKEN": token}

    def __call__(self, *words: str, **more: Any) -> Done:
        return self._qflow(*words, **{**self._door, **more})


@pytest.fixture(scope="module")
def remote(node: RunningNode, tmp_path_factory: pytest.TempPathFactory) -> Remote:
    """The node from elsewhere, with an execution about Ann."""
    made = Remote(node, tmp_path_factory.mktemp("elsewhere") / "nothing")
    made("create", "-", stdin=ORDERS)
    return made


@pytest.fixture
def execution(remote: Remote) -> str:
    """An ended execution that names Ann."""
    started = remote("start", "orders", "--input", json.dumps({"email": ANN}), "--wait", "--json")
    return str(started.json["executionId"])


def test_a_node_elsewhere_exports_and_verifies(remote: Remote, execution: str, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.json"
    remote("export", execution, "-o", str(bundle))
    assert remote("verify", str(bundle)).out.startswith(f"OK {execution}")
    assert remote("verify", execution, "--json").json["receipts_proven"]
    assert remote("export", execution, "--format", "in-toto").out.count("\n") >= 1
    assert "there is no execution" in remote("verify", "exe_none", code=2).err
    assert not remote.empty.exists()


def test_the_audit_trail_of_a_node_elsewhere_is_searched_exported_and_reported(
    remote: Remote, execution: str, tmp_path: Path
) -> None:
    found = remote("audit", "search", "--execution", execution, "--json").json
    assert {event["executionId"] for event in found} == {execution}
    assert remote("audit", "export", "--category", "change", "--format", "csv").out.startswith("at,time,id")
    report = tmp_path / "report.csv"
    remote("audit", "report", "gdpr", "--format", "csv", "-o", str(report))
    text = report.read_text()
    assert text.startswith("# about,gdpr report")
    assert "# holds" in text
    assert remote("audit", "log", "head", "--json").json
    assert "no time" in remote("audit", "search", "--since", "soon", code=2).err


def test_a_hold_keeps_an_execution_until_it_is_released(remote: Remote, execution: str) -> None:
    hold = remote("audit", "hold", "add", "--execution", execution, "--reason", "case 7").out.strip()
    assert "case 7" in remote("audit", "hold", "list").out
    erased = remote("subject", "erase", ANN, "--dry-run", "--json").json
    assert [hold in one["why"] for one in erased["kept"] if one["id"] == execution] == [True]
    remote("audit", "hold", "release", hold, "--reason", "closed")
    assert remote("audit", "hold", "list", "--json").json[0]["releaseReason"] == "closed"
    assert "name what to keep" in remote("audit", "hold", "add", "--reason", "x", code=2).err


def test_a_schedule_of_reports_is_added_listed_and_removed(remote: Remote) -> None:
    made = remote("audit", "schedule", "add", "soc2", "--cron", "0 3 1 * *", "--format", "xml")
    assert "0 3 1 * *" in remote("audit", "schedule", "list").out
    remote("audit", "schedule", "remove", made.out.strip())
    assert "no schedules" in remote("audit", "schedule", "list").out
    assert "no reports yet" in remote("audit", "reports").out
    assert "60 minutes" in remote("audit", "schedule", "add", "soc2", "--cron", "* * * * *", code=2).err


def test_a_person_is_exported_and_erased(remote: Remote, execution: str) -> None:
    found = remote("subject", "export", ANN, "--json").json
    assert execution in [one["id"] for one in found["executions"]]
    told = remote("subject", "erase", ANN)
    assert execution in told.out
    assert "not searched" in told.err
    assert remote("subject", "export", ANN).json["executions"] == []
    assert remote("verify", execution, "--json").json["withheld"]


def test_workflows_are_imported_into_a_node_elsewhere(remote: Remote, tmp_path: Path) -> None:
    file = tmp_path / "greet.json"
    file.write_text(json.dumps(WORKFLOW))
    assert remote("import", str(file), "--dry-run", "--json").json["nodes"] == 2
    made = remote("import", str(file), "--json").json
    assert [one["action"] for one in made["flows"]] == ["created"]
    assert "Greet" in remote("search", "greet", "kind:flow").out
    assert not remote.empty.exists()


def test_a_wrong_token_is_told(remote: Remote) -> None:
    for words in (("audit", "search"), ("export", "exe_1"), ("import", "-"), ("search", "x")):
        refused = remote(*words, code=1, stdin="{}", QFLOW_TOKEN="wrong")
        assert "token" in (refused.err + refused.out).lower()


def test_all_of_it_works_on_the_data_directory_as_well(qflow: Qflow) -> None:
    qflow("create", "-", stdin=ORDERS)
    hold = qflow("audit", "hold", "add", "--identity", ANN, "--reason", "case 8").out.strip()
    assert hold in qflow("subject", "erase", ANN, code=1).err
    span = ("--since", "2026-01-01", "--until", "2026-02-01")
    qflow("audit", "hold", "add", *span, "--reason", "the year's audit")
    assert "2026-01-01 00:00:00 to 2026-02-01 00:00:00" in qflow("audit", "hold", "list").out
    qflow("audit", "schedule", "add", "gdpr", "--every-hours", "24")
    assert "every 24 hours" in qflow("audit", "schedule", "list").out
    assert qflow("audit", "search", "--action", "hold.*", "--json").json[0]["action"] == "hold.place"
