"""Tests of graphql.request against a real server on loopback."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engine.base.errors import EgressDenied, StepFailure
from engine.flow.model import Step
from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from engine.testing.step_bench import StepBench, items_of, json_of

OPEN = Policy(PERSONAL, egress=EgressPolicy(allow=("127.0.0.0/8",)))


class Server(ThreadingHTTPServer):
    """Answers with ``answer``; ``seen`` holds path, type, key and body of what was asked."""

    daemon_threads = True

    def __init__(self):
        self.seen, self.answer = [], {"data": {"a": 1}}
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/graphql"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        names = ("Content-Type", "Idempotency-Key")
        self.server.seen.append((self.path, *[self.headers.get(name) for name in names], body))
        data = json.dumps(self.server.answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST

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


def ask(server, *items, policy=OPEN, **parameters):
    bench = StepBench("graphql.request", {"url": server.url, "query": "{ a }", **parameters}, policy=policy)
    return json_of(bench.run(items or items_of({})).outputs["main"])


def test_a_query_goes_as_json_with_its_variables(server):
    assert ask(server, variables={"n": 1}, operationName="Q") == [{"data": {"a": 1}}]
    ask(server, variables='{"n": 2}')
    (_, kind, _, first), (*_, second) = server.seen
    assert kind == "application/json"
    assert json.loads(first) == {"query": "{ a }", "variables": {"n": 1}, "operationName": "Q"}
    assert json.loads(second)["variables"] == {"n": 2}


def test_a_query_goes_as_text_or_in_the_address(server):
    ask(server, send="text")
    ask(server, send="address")
    assert (server.seen[0][1], server.seen[0][3]) == ("application/graphql", "{ a }")
    assert server.seen[1][0].startswith("/graphql?query=")
    assert ask(server, textInto="t") == [{"t": '{"data": {"a": 1}}'}]


def test_each_item_has_a_key_of_its_own(server):
    assert len(ask(server, {"json": {}}, {"json": {}})) == 2
    assert len({key for _, _, key, _ in server.seen}) == 2


def test_errors_in_an_answer_make_the_step_fail(server):
    server.answer = {"errors": [{"message": "no field x"}, {"message": "and y"}], "data": None}
    with pytest.raises(StepFailure, match="no field x, and y"):
        ask(server)


def test_a_list_is_no_answer(server):
    server.answer = [{}, {}]
    with pytest.raises(StepFailure, match="no GraphQL server"):
        ask(server)


@pytest.mark.parametrize("variables", [1, [1], "{", True])
def test_variables_that_are_none_are_refused_before_anything_is_sent(server, variables):
    with pytest.raises(StepFailure, match="Using variables failed"):
        ask(server, variables=variables)
    assert server.seen == []


def test_the_egress_policy_stands_before_the_server(server):
    with pytest.raises(EgressDenied):
        ask(server, policy=Policy(PERSONAL))
    assert server.seen == []


def test_the_other_items_go_on_where_the_flow_says_so(server):
    bench = StepBench(
        "graphql.request",
        lambda item, _: {"url": server.url, "query": "{ a }", "variables": item["json"].get("v")},
        policy=OPEN,
    )
    bench.step = Step("step", "graphql.request", {}, on_error="continue")
    found = json_of(bench.run(items_of({"v": 1}, {"v": {}})).outputs["main"])
    assert "Using variables failed" in found[0]["error"]
    assert found[1] == {"data": {"a": 1}}
