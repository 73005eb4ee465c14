"""Tests of chart.image against a real server on loopback."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.base.errors import EgressDenied, StepFailure
from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from engine.testing.step_bench import StepBench, items_of

OPEN = Policy(PERSONAL, egress=EgressPolicy(allow=("127.0.0.0/8",)))
PNG = b"\x89PNG\r\n\x1a\nchart"


class Server(ThreadingHTTPServer):
    """``seen`` holds method, query and body of what was asked."""

    daemon_threads = True

    def __init__(self):
        self.seen = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, parse_qs(urlsplit(self.path).query), body))
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(PNG)))
        self.end_headers()
        self.wfile.write(PNG)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def bench(server, policy=OPEN, **parameters):
    where = f"http://127.0.0.1:{server.server_port}/"
    given = {"server": where, "values": [1, 2], "labels": '["a", "b"]', **parameters}
    return StepBench("chart.image", given, policy=policy)


def test_all_items_become_one_chart(server):
    found = bench(server, series={"label": "L"})
    (item,) = found.run(items_of({}, {})).outputs["main"]
    one = {"label": "L", "data": [1, 2], "type": "bar"}
    chart = {"type": "bar", "data": {"labels": ["a", "b"], "datasets": [one, one]}}
    assert item["json"] == {"chart": chart}
    assert item["binary"]["data"]["fileName"] == "chart.png"
    assert found.context().binaries.open(item["binary"]["data"]).read() == PNG
    ((method, query, _),) = server.seen
    assert method == "GET"
    assert json.loads(query["chart"][0]) == chart
    assert query["width"] == ["500"]


def test_a_large_chart_goes_in_the_body(server):
    bench(server, values=list(range(5000))).run(items_of({}))
    ((method, _, body),) = server.seen
    assert method == "POST"
    assert json.loads(body)["chart"]["data"]["datasets"][0]["data"][-1] == 4999


def test_an_address_is_made_without_asking(server):
    (item,) = bench(server, give="address", property="url").run(items_of({})).outputs["main"]
    assert item["json"]["url"].startswith(f"http://127.0.0.1:{server.server_port}/chart?chart=%7B")
    assert server.seen == []


def test_what_is_no_list_is_refused_and_nothing_gives_nothing(server):
    for values in ("{", 5, None):
        with pytest.raises(StepFailure, match="values"):
            bench(server, values=values).run(items_of({}))
    assert bench(server).run([]).outputs["main"] == []


def test_the_egress_policy_stands_before_the_server(server):
    with pytest.raises(EgressDenied):
        bench(server, policy=Policy(PERSONAL)).run(items_of({}))
    assert server.seen == []
