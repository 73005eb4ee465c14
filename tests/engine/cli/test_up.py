"""``qflow up``: a node in the foreground, and commands beside it, here and over REST."""

from __future__ import annotations

import json
import signal
import threading
import time
import urllib.error
import urllib.request

import pytest

from tests.engine.cli.node import RunningNode
from tests.engine.cli.support import EXAMPLES, flow


def eventually(check, within_s=10):
    """Wait until something holds."""
    pause = threading.Event()
    deadline = time.monotonic() + within_s
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.05)


def test_the_sample_flow_answers(node):
    status, body = node.get("/webhook/hello?name=Ada")
    assert status == 200
    assert json.loads(body)["name"] == "Ada"


def test_a_broken_form_is_refused_in_words(node):
    """It is the node that reads forms, not the web server before it."""
    form = urllib.request.Request(
        f"{node.url}/webhook/hello",
        b"--x\r\nno part",
        {"Content-Type": "multipart/form-data; boundary=x"},
        method="POST",
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(form, timeout=20)
    assert (refused.value.code, "multipart" in refused.value.read().decode()) == (400, True)


def test_a_second_node_on_the_data_directory_is_refused(node):
    done = node.qflow("up", "--port", "0", code=1)
    assert "a node runs on" in done.err
    assert "qflow run" not in done.out


def test_a_port_in_use_is_told(node, qflow):
    done = qflow("up", "--port", str(node.port), code=1)
    assert f"cannot listen on 127.0.0.1:{node.port}" in done.err


def test_commands_work_beside_the_node(node):
    node.qflow("create", "-", "--publish", stdin=flow("beside", "nap flow.wait {durationMs: 3600000}"))
    execution = node.qflow("start", "beside").out.strip()
    eventually(lambda: node.qflow("status", execution, "--json").json["status"] == "waiting")
    node.qflow("pause", execution)
    eventually(lambda: node.qflow("status", execution, "--json").json["status"] == "paused")
    node.qflow("resume", execution)
    node.qflow("abort", execution, "--reason", "enough")
    eventually(lambda: node.qflow("status", execution, "--json").json["status"] == "aborted")
    assert "started" in node.qflow("logs", execution).out
    assert "cannot pause" in node.qflow("pause", execution, code=1).err


def test_an_approval_is_given(node):
    node.qflow("create", "-", stdin=flow("ask", 'yes flow.approval {"title": "Shall we?"}'))
    state = node.qflow("start", "ask", "--wait", "--json").json
    assert state["status"] == "waiting"
    node.qflow("approve", state["executionId"], "yes", "--comment", "fine")
    eventually(lambda: node.qflow("status", state["executionId"], "--json").json["status"] == "completed")
    again = node.qflow("approve", state["executionId"], "yes", code=1)
    assert "no step" in again.err


def test_an_execution_is_replayed_forked_and_exported(node, tmp_path):
    first = node.qflow("start", "hello", "--wait", "--json").json
    again = node.qflow("replay", first["executionId"], "--json").json["executionId"]
    fork = node.qflow("fork", first["executionId"], "--step", "greeting", "--json").json["executionId"]
    for execution in (again, fork):
        eventually(lambda: node.qflow("status", execution, "--json").json["status"] == "completed")  # noqa: B023
    node.qflow("export", first["executionId"], "-o", str(tmp_path / "bundle.json"))
    bundle = json.loads((tmp_path / "bundle.json").read_text())
    assert bundle["execution"] == first["executionId"]
    for what in (first["executionId"], str(tmp_path / "bundle.json")):
        assert node.qflow("verify", what).out.startswith(f"OK {first['executionId']}: completed")
    forged = tmp_path / "forged.json"
    forged.write_text((tmp_path / "bundle.json").read_text().replace('"run":0', '"run":1'))
    assert "REFUSED receipts[0]" in node.qflow("verify", str(forged), code=1).out


def test_an_event_starts_nothing_where_nobody_listens(node):
    assert node.qflow("trigger", "nobody.listens", "--json").json == {"started": [], "resumed": []}


def test_the_node_is_seen_from_its_data_directory(node):
    assert node.qflow("health").out.startswith("healthy")
    assert node.qflow("nodes", "--json").json[0]["address"] == node.url
    assert "personal" in node.qflow("dao-subnets").out
    assert "qflow_" in node.qflow("metrics").out
    assert node.qflow("metrics", "--json").json


@pytest.fixture(scope="module")
def token(node):
    """A token for everything."""
    return node.qflow("token", "create").out.strip()


def test_commands_work_over_rest(node, token, qflow):
    def remote(*words, **options):
        return qflow(*words, "--url", node.url, "--token", token, **options)

    definition = flow("far", 'shape data.set {"fields": {"a": 1}}')
    made = remote("create", "-", "--json", stdin=definition).json
    newer = definition.replace('"a": 1', '"a": 2')
    remote("update", "far", "-", stdin=newer)
    stale = remote("update", "far", "-", "--revision", made["revision"], stdin=definition, code=1)
    assert "newer" in stale.err
    remote("publish", "far")
    assert "far" in remote("list").out
    assert "a: 2" in remote("show", "far").out
    state = remote("start", "far", "--wait", "--json").json
    assert state["status"] == "completed"
    assert state["executionId"] in remote("executions").out
    assert "completed" in remote("logs", state["executionId"]).out
    assert remote("status", state["executionId"], "--json").json["completedSteps"] == ["begin", "shape"]
    assert remote("abort", state["executionId"], code=1).err
    assert remote("nodes", "--json").json
    assert remote("dao-subnets", "--json").json[0]["id"] == "personal"
    assert remote("health").out.startswith("healthy")
    remote("unpublish", "far")
    remote("delete", "far")
    assert not qflow.data_dir.exists()


def test_over_rest_a_missing_token_and_node_are_told(node, qflow):
    assert "--token" in qflow("list", "--url", node.url, code=1).err
    assert "cannot reach" in qflow("list", "--url", "http://127.0.0.1:1", code=1).err
    assert "leave --url out" in qflow("token", "list", "--url", node.url, code=2).err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly_and_what_ran_goes_on_later(tmp_path, number):
    node = RunningNode(tmp_path / "data", "--no-samples")
    node.start()
    try:
        node.qflow("create", "-", "--publish", stdin=flow("long", "nap flow.wait {durationMs: 1500}"))
        execution = node.qflow("start", "long").out.strip()
        code, printed = node.signal(number, within_s=20)
        assert code == 0
        assert "Traceback" not in printed
        assert "ERROR" not in printed
        assert "no node runs" in node.qflow("health", code=1).out
        node.start()
        eventually(lambda: node.qflow("status", execution, "--json").json["status"] == "completed")
    finally:
        node.kill()


def test_without_a_node_a_start_with_wait_runs_it_here(qflow):
    qflow("create", str(EXAMPLES / "hello.yaml"))
    left = qflow("start", "hello")
    assert "no node runs" in left.err
    done = qflow("start", "hello", "--wait", "--input", '{"query": {"name": "Bob"}}', "--json").json
    assert done["status"] == "completed"
