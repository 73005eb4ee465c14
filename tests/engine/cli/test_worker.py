"""``qflow worker``: web and workers apart, with a real broker between them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from engine.cli.worker import worker_command, worker_environment
from engine.settings import load
from tests.engine.cli.node import RunningNode
from tests.engine.cli.support import ROOT, environment
from tests.services.rabbitmq import RabbitServer
from tests.services.redis import RedisServer


def test_a_worker_needs_a_broker_that_others_can_hear(qflow):
    assert "redis:// or amqp://" in qflow("worker", code=2).err


def test_a_worker_has_a_name_of_its_own_and_the_node_s_settings():
    settings = load({"QFLOW_BROKER_URL": "redis://r", "QFLOW_WORKERS": "3", "QFLOW_DATA_DIR": "/d"})
    found = worker_environment(settings, "c.yaml")
    assert found["QFLOW_DATA_DIR"] == "/d"
    assert found["QFLOW_CONFIG"] == "c.yaml"
    assert "-worker-" in found["QFLOW_NODE_ID"]
    assert "--concurrency=3" in worker_command(settings)


@pytest.mark.services
@pytest.mark.parametrize("broker", [RedisServer, RabbitServer])
def test_work_that_the_web_accepted_is_done_by_a_worker(tmp_path, broker):
    server = broker()
    server.start()
    settings = {"QFLOW_BROKER_URL": server.url(), "QFLOW_WORKERS": "1"}
    node = RunningNode(tmp_path / "data", "--no-workers", **settings)
    worker = None
    try:
        node.start()
        with (tmp_path / "worker.log").open("w") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "engine.cli", "worker"],
                cwd=ROOT,
                env=environment(node.data_dir, **settings),
                stdout=log,
                stderr=log,
            )
        status, body = node.get("/webhook/hello?name=Ada")
        assert status == 200, (tmp_path / "worker.log").read_text()
        execution = json.loads(body)["execution"]
        assert node.qflow("status", execution, "--json").json["status"] == "completed"
        nodes = set(node.qflow("status", execution, "--json").json["nodeAssignments"].values())
        assert all("-worker-" in name for name in nodes)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    finally:
        node.kill()
        if worker is not None and worker.poll() is None:
            worker.kill()
            worker.wait(10)
        server.stop()
