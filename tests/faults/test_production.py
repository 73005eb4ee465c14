"""The same flows with workers in other processes, on Redis and on RabbitMQ, with one worker and two."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import pytest
from websockets.sync.client import connect

from tests.faults import flows
from tests.faults.cluster import Cluster, until
from tests.faults.conftest import emptied
from tests.faults.counting import CountingServer
from tests.faults.invariants import check_effects, check_execution
from tests.services.postgres import PostgresServer
from tests.services.redis import RedisServer

pytestmark = [pytest.mark.slow, pytest.mark.services]

LIVE_WITHIN_S = 20
"""A stream that is told nothing looks into the journal after 10 s: what comes sooner came live."""


@pytest.fixture(scope="module", params=["redis", "rabbitmq"])
def running(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    database_server: PostgresServer,
    redis_server: RedisServer,
    counting_url: str,
) -> Iterator[Cluster]:
    emptied(redis_server)
    kind = request.param
    broker = redis_server if kind == "redis" else request.getfixturevalue("rabbit_server")
    home = tmp_path_factory.mktemp(f"cluster-{kind}")
    cluster = Cluster(home, database_server, broker, redis_server.url(1))
    try:
        cluster.start(
            flows.one_effect(counting_url),
            flows.respond(),
            flows.wait(300),
            flows.approval(),
            *flows.family(counting_url),
            flows.ten_effects(counting_url),
        )
        yield cluster
    finally:
        cluster.end()


@pytest.fixture(params=[1, 2], ids=["one-worker", "two-workers"])
def cluster(request: pytest.FixtureRequest, running: Cluster) -> Cluster:
    running.with_workers(request.param)
    return running


def test_a_webhook_is_answered_with_the_last_steps_item(cluster: Cluster, server: CountingServer) -> None:
    status, headers, body = cluster.web.post("/webhook/one", {"a": 1})
    assert (status, body["n"]) == (200, 1), cluster.logs()
    execution = headers["X-Qflow-Execution"]
    check_execution(cluster.tables, execution, ["hook", "act", "told"])
    check_effects(server, cluster.tables, {execution: ["act"]})


def test_a_webhook_is_answered_by_a_step_and_the_flow_goes_on(cluster: Cluster) -> None:
    status, headers, body = cluster.web.post("/webhook/respond", {"word": "hello"})
    assert (status, body) == (201, {"said": "hello"}), cluster.logs()
    cluster.until(headers["X-Qflow-Execution"], "completed")


def test_a_flow_is_started_over_rest_and_tells_how_it_ended(cluster: Cluster, server: CountingServer) -> None:
    status, _, answer = cluster.web.post("/api/v1/flows/one/start", {"mode": "production", "wait": True})
    assert status == 200
    assert (answer["status"], answer["items"][0]["json"]["n"]) == ("completed", 1)
    check_effects(server, cluster.tables, {answer["executionId"]: ["act"]})


def test_a_timer_brings_an_execution_on(cluster: Cluster) -> None:
    status, _, body = cluster.web.post("/webhook/wait")
    assert (status, body["ok"]) == (200, True)


def test_somebody_approves(cluster: Cluster) -> None:
    execution = cluster.start_flow("approval")
    cluster.until(execution, "waiting")
    answer = {"task": "ask", "payload": {"approved": True}}
    status, _, told = cluster.web.post(f"/api/v1/executions/{execution}/answer", answer)
    assert status == 202, told
    cluster.until(execution, "completed")
    check_execution(cluster.tables, execution, ["hook", "ask", "yes"])


def test_a_flow_calls_another_one(cluster: Cluster, server: CountingServer) -> None:
    before = set(cluster.tables.of_flow("child"))
    execution = cluster.start_flow("parent")
    cluster.until(execution, "completed")
    (child,) = set(cluster.tables.of_flow("child")) - before
    check_execution(cluster.tables, execution, ["hook", "before", "call", "after"])
    check_effects(server, cluster.tables, {execution: ["before", "after"], child: ["inner"]})


def test_a_step_in_flight_is_aborted(cluster: Cluster, server: CountingServer) -> None:
    let_go = threading.Event()
    server.before = lambda number: (number == 3 and let_go.wait(60), None)[1]
    execution = cluster.start_flow("ten")
    try:
        assert server.wait_for(3)
        status, _, _ = cluster.web.post(f"/api/v1/executions/{execution}/abort", {"reason": "enough"})
        assert status == 200
        cluster.until(execution, "aborted", 20)
    finally:
        let_go.set()
    until(lambda: cluster.holder(execution) == 0)
    assert server.total == 3


def test_facts_of_a_worker_reach_the_browser_live(cluster: Cluster, server: CountingServer) -> None:
    let_go = threading.Event()
    server.before = lambda number: (number == 5 and let_go.wait(60), None)[1]
    execution = cluster.start_flow("ten")
    url = cluster.web.url.replace("http", "ws")
    headers = {"Authorization": f"Bearer {cluster.web.token}"}
    with connect(f"{url}/ws/executions/{execution}", additional_headers=headers) as socket:
        assert server.wait_for(5)
        events = [json.loads(socket.recv(timeout=LIVE_WITHIN_S))]
        while events[-1]["data"].get("step") != "effect4":
            events.append(json.loads(socket.recv(timeout=LIVE_WITHIN_S)))
        began = time.monotonic()
        let_go.set()
        events += [json.loads(text) for text in socket]
    assert time.monotonic() - began < LIVE_WITHIN_S
    assert [event["data"]["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["type"] == "q.qflow.execution.completed.v1"
