"""Real workflows of n8n's users, where they lie beside the project, run to their end.

Of the 323 workflows, 217 have connections, 4,547 in all; all but 9 of these lead to error handlers that are
not among their nodes, so that n8n, too, would run only their triggers. One workflow has all its connections
and only core nodes; it runs as it is. Of nine others the nodes are strung together from left to right as they
stand on the canvas. A server on loopback stands for all hosts.
"""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from n8n_import.nodes import known
from tests.n8n_import.support import run_to_end

FOLDER = Path(__file__).parents[3] / "shared" / "n8n" / "workflows"
ADDRESS = re.compile(r"https?://[\w.-]+(?::\d+)?|\{\{ ?\$env\.\w*URL\w* ?\}\}")
OPEN = Policy(PERSONAL, egress=EgressPolicy(allow=("127.0.0.0/8",)))

WHOLE = {"zie-1b600decd372": 6}
STRUNG = {
    "zie-210566a2b3fd": 3,
    "zie-36580671b80c": 14,
    "zie-5d4d03f56a43": 8,
    "zie-799b34b3ceac": 3,
    "zie-ad11a8d9e8d9": 5,
    "zie-b190e5485cda": 10,
    "zie-bf688ff0c57a": 11,
    "zie-cacf81d54837": 6,
    "zie-f8ab44e92507": 3,
}
"""By file, how many of the nodes run, with requests among them."""

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the workflows are not there")


class Everybody(ThreadingHTTPServer):
    """Stands for every host; ``asked`` counts requests."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked = 0
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked += 1
        one = {"id": 1, "name": "x", "status": "completed"}
        data = json.dumps({**one, "data": [one], "items": [one], "results": [one]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def everybody():
    running = Everybody()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def workflow(name: str, server: Everybody) -> dict[str, Any]:
    """The workflow with the server in the place of all others; its nodes are all known."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    value = json.loads(ADDRESS.sub(f"http://127.0.0.1:{server.server_port}", text))
    value["nodes"] = [node for node in value["nodes"] if not node["type"].endswith(".stickyNote")]
    assert all(node["type"] in known() for node in value["nodes"])
    return value


def is_trigger(kind: str) -> bool:
    return known()[kind].trigger or kind.endswith(("rigger", ".webhook"))


def strung(value: dict[str, Any]) -> dict[str, Any]:
    """From the first trigger on, node after node from left to right; error handlers are left out."""
    triggers = [node for node in value["nodes"] if is_trigger(node["type"])]
    others = [node for node in value["nodes"] if node not in triggers]
    others = [node for node in others if not node["type"].endswith("stopAndError")]
    row = [triggers[0], *sorted(others, key=lambda node: node["position"])]
    wires = {
        one["name"]: {"main": [[{"node": two["name"], "type": "main", "index": 0}]]}
        for one, two in pairwise(row)
    }
    return {**value, "nodes": row, "connections": wires}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_workflow_runs_as_it_is(name, everybody):
    status, steps, error = run_to_end(workflow(name, everybody), policy=OPEN)
    assert (status, error) == ("completed", None)
    assert len(steps) == WHOLE[name]
    assert everybody.asked == 2


@pytest.mark.parametrize("name", STRUNG)
def test_nodes_of_a_workflow_run_one_after_the_other(name, everybody):
    status, steps, error = run_to_end(strung(workflow(name, everybody)), policy=OPEN)
    assert (status, error) == ("completed", None)
    assert len(steps) == STRUNG[name]
    assert everybody.asked >= 1
