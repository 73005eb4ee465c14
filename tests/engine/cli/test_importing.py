"""``qflow import``, ``qflow run`` and ``qflow n8n`` on n8n's workflows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.n8n_import.support import node, workflow

START = node("Start", "manualTrigger")
ROWS = node("Rows", "n8n-nodes-testing.testData", 1, {"data": [{"n": 1}]})
GOOD = workflow([START, ROWS], id="good")
BAD = workflow([START, node("Slack", "slackOfTomorrow")], id="bad")


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_dry_run_reports_a_line_a_file_and_leaves_nothing(qflow, tmp_path):
    for name, value in (("good", GOOD), ("bad", BAD), ("none", [])):
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    files = [str(tmp_path / f"{name}.json") for name in ("good", "bad", "none")]
    good, bad, none = lines(qflow("import", *files, "--dry-run", "--json", code=2).out)
    assert (good["ok"], good["nodes"], good["runnable"], good["issues"]) == (True, 2, 2, [])
    assert (bad["ok"], bad["nodes"], bad["runnable"]) == (True, 2, 1)
    assert bad["issues"][0]["severity"] == "unsupported"
    assert none["ok"] is False
    assert not qflow.data_dir.exists()


def test_an_imported_flow_is_stored_updated_and_exported_as_it_came(qflow, tmp_path):
    file = tmp_path / "w.json"
    file.write_text(json.dumps(GOOD))
    assert "created good (2 of 2 nodes run, published)" in qflow("import", str(file), "--publish").out
    file.write_text(json.dumps({**GOOD, "name": "Better", "nodes": [START]}))
    assert "step Rows is gone" in qflow("import", str(file)).out
    exported = qflow("n8n", "export", "good").json
    assert exported == {**GOOD, "name": "Better", "nodes": [START]}


def test_n8n_files_run_by_node_name_and_their_pins_can_be_left_out(qflow, tmp_path):
    file = tmp_path / "w.json"
    file.write_text(json.dumps({**GOOD, "pinData": {"Rows": [{"json": {"pinned": 1}}]}}))
    (pinned,) = lines(qflow("run", str(file), "--json").out)
    (fresh,) = lines(qflow("run", str(file), "--json", "--ignore-pins").out)
    assert pinned["steps"]["Rows"]["runs"][0]["outputs"][0][0]["json"] == {"pinned": 1}
    assert fresh["steps"]["Rows"]["runs"][0]["outputs"][0][0]["json"] == {"n": 1}


# --- pulling ----------------------------------------------------------------------------------------


class FakeN8n(ThreadingHTTPServer):
    """The public API of an n8n: two pages of workflows, tags, credentials and variables; no folders."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.workflows = [{**GOOD, "active": True, "updatedAt": "1"}, {**BAD, "updatedAt": "1"}]
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str, query: dict[str, list[str]]) -> Any:
        if path == "/api/v1/workflows":
            page = int(query.get("cursor", ["0"])[0])
            more = str(page + 1) if page + 1 < len(self.workflows) else None
            return {"data": [self.workflows[page]], "nextCursor": more}
        if path == "/api/v1/tags":
            return {"data": [{"id": "1", "name": "shop"}], "nextCursor": None}
        if path == "/api/v1/credentials":
            return {"data": [{"id": "1", "name": "Team", "type": "slackApi", "data": "secret"}]}
        if path == "/api/v1/variables":
            return {"data": [{"id": "1", "key": "BASE", "value": "there"}, {"id": "2", "key": "a-b"}]}
        return None


class _Handler(BaseHTTPRequestHandler):
    server: FakeN8n

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append(self.path)
        answer = self.server.answer(parts.path, parse_qs(parts.query))
        allowed = self.headers.get("X-N8N-API-KEY") == "key"
        self.send_response(401 if not allowed else 404 if answer is None else 200)
        self.end_headers()
        self.wfile.write(json.dumps(answer if allowed else {}).encode())

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def n8n() -> Iterator[FakeN8n]:
    server = FakeN8n()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_everything_is_pulled_once_and_only_what_changed_afterwards(qflow, n8n):
    first = lines(qflow("n8n", "pull", n8n.url, "--json", "--publish", N8N_API_KEY="key").out)
    good, bad, rest = first
    assert (good["flows"][0]["action"], good["flows"][0]["published"]) == ("created", True)
    assert (bad["flows"][0]["action"], bad["flows"][0]["published"]) == ("created", False)
    assert rest["others"] == {
        "tag": [{"id": "1", "name": "shop"}],
        "credential": [{"id": "1", "name": "Team", "type": "slackApi"}],
        "variable": [{"id": "1", "key": "BASE", "value": "there"}, {"id": "2", "key": "a-b"}],
    }
    assert rest["variables"]["BASE"] == "added"
    assert "letters" in rest["variables"]["a-b"]
    n8n.workflows[1] = {**BAD, "updatedAt": "2", "name": "Bad again"}
    second = lines(qflow("n8n", "pull", n8n.url, "--json", N8N_API_KEY="key").out)
    assert [line["flows"][0]["action"] for line in second[:-1]] == ["updated"]
    assert second[-1]["variables"]["BASE"] == "kept"
    assert json.loads(qflow("variables", "list", "--json").out) == {"BASE": "there"}


def test_a_wrong_key_or_address_is_told(qflow, n8n):
    assert "status 401" in qflow("n8n", "pull", n8n.url, N8N_API_KEY="other", code=1).err
    assert "API key" in qflow("n8n", "pull", n8n.url, code=2).err
    assert "not the address" in qflow("n8n", "pull", "ftp://x", N8N_API_KEY="key", code=2).err
