"""The doors of a real node: the same promises, through a real server and real sockets."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import websockets
from websockets.sync.client import connect

from tests.engine.web.conftest import webhook_flow
from tests.faults.node import NodeProcess

pytestmark = pytest.mark.slow

CALLS_MAX = 6_000


class Client:
    """Talks to a node with a token."""

    def __init__(self, node: NodeProcess) -> None:
        self.node = node
        made = json.loads(node.qflow("token", "create", "--name", "test", "--json"))
        self.token = made["token"]
        self.bearer = {"Authorization": f"Bearer {self.token}"}

    def request(self, method: str, path: str, body: Any = None) -> Any:
        import httpx

        answer = httpx.request(method, self.node.url + path, json=body, headers=self.bearer)
        assert answer.status_code < 400, answer.text
        return answer.json()

    def stream(self, path: str) -> Any:
        return connect(self.node.url.replace("http", "ws", 1) + path, additional_headers=self.bearer)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    node = NodeProcess(tmp_path_factory.mktemp("node"))
    node.start()
    try:
        made = Client(node)
        made.request("POST", "/api/v1/flows", webhook_flow(responseMode="lastStep"))
        made.request("POST", "/api/v1/flows/hook/publish")
        yield made
    finally:
        node.stop()


def test_a_call_is_streamed_live_and_told_again_from_the_journal(client):
    with client.stream("/ws/dao/personal/events") as watching:
        status, headers, _ = client.node.post("/webhook/hook", {"a": 1})
        execution = headers["X-Qflow-Execution"]
        live = []
        while not live or not live[-1]["type"].startswith("q.qflow.execution.completed"):
            live.append(json.loads(watching.recv(timeout=30)))
    assert status == 200
    with client.stream(f"/ws/executions/{execution}") as told:
        again = [json.loads(message) for message in told]
    assert [event["id"] for event in again] == [event["id"] for event in live]
    assert told.protocol.close_code == 1000


def test_an_execution_is_verified_over_rest(client):
    _, headers, _ = client.node.post("/webhook/hook", {"a": 1})
    execution = headers["X-Qflow-Execution"]
    report = client.request("GET", f"/api/v1/executions/{execution}/verify")
    assert (report["ok"], report["execution"], report["flow"]) == (True, execution, "hook")
    refused = client.request("GET", f"/api/v1/executions/{execution}/verify?identity=somebody-else")
    assert (refused["ok"], bool(refused["where"]), bool(refused["what"])) == (False, True, True)


def test_a_stream_without_a_token_is_closed_with_a_reason(client):
    url = client.node.url.replace("http", "ws", 1)
    with connect(f"{url}/ws/system/metrics") as stream, pytest.raises(websockets.ConnectionClosed) as closed:
        stream.recv(timeout=30)
    assert closed.value.rcvd.code == 4401


def test_a_reader_who_never_reads_is_disconnected(client):
    """Its events pile up in the kernel, then to their bound in the node, and then it is let go."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect(("127.0.0.1", client.node.port))
    reader.sendall(
        b"GET /ws/dao/personal/events HTTP/1.1\r\nHost: node\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + f"Authorization: Bearer {client.token}\r\n\r\n".encode()
    )
    try:
        with ThreadPoolExecutor(4) as callers:
            assert any(_let_go(reader, callers, client) for _ in range(CALLS_MAX // 200))
    finally:
        reader.close()
    assert client.node.post("/webhook/hook", {})[0] == 200


def _let_go(reader: socket.socket, callers: ThreadPoolExecutor, client: Client) -> bool:
    """Make two hundred executions; whether the connection is gone then, without reading from it."""
    list(callers.map(lambda _: client.node.post("/webhook/hook", {}), range(200)))
    established = 1
    state = reader.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return state != established
