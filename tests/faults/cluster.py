"""A node as in production: a web process, workers with forked children, PostgreSQL and a broker."""

from __future__ import annotations

import json
import secrets
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import celery
import kombu

from tests.faults.flows import Flow
from tests.faults.node import NodeProcess, WorkerProcess
from tests.faults.tables import Tables, Vigil
from tests.services.postgres import PostgresServer
from tests.services.rabbitmq import RabbitServer
from tests.services.redis import RedisServer

LEASE_MS = 3_000
"""Shorter than in production, so that takeovers do not take long."""

CHILDREN = 4
"""Forked children of a worker; each stays with one execution, so a test starts no more than there are."""

Broker = RedisServer | RabbitServer


class Cluster:
    """Started by ``start``; workers are started, killed and stopped one by one."""

    def __init__(
        self, home: Path, postgres: PostgresServer, broker: Broker, channel_url: str = "", **environment: str
    ) -> None:
        database = f"qflow_{secrets.token_hex(6)}"
        postgres.create_database(database)
        self.broker = broker
        settings = {
            "QFLOW_DATABASE_URL": postgres.url(database),
            "QFLOW_BROKER_URL": broker.url(),
            "QFLOW_LIMIT_LEASE_MS": str(LEASE_MS),
            **({"QFLOW_CHANNEL_URL": channel_url} if channel_url else {}),
            **environment,
        }
        self.web = NodeProcess(home, "--no-workers", **settings)
        lease_ms = int(settings["QFLOW_LIMIT_LEASE_MS"])
        self.tables = self.web.tables = Tables(postgres.url(database), home, lease_ms)
        self.workers: list[WorkerProcess] = []
        self._made = 0

    def start(self, *flows: Flow, workers: int = 1) -> None:
        """Bring everything up, with flows published over REST."""
        self.web.start()
        created = json.loads(self.web.qflow("token", "create", "--name", "test", "--json"))
        self.web.token = created["token"]
        self.publish(*flows)
        self.with_workers(workers)

    def publish(self, *flows: Flow) -> None:
        """Create and publish flows."""
        for flow in flows:
            status, _, answer = self.web.post("/api/v1/flows", flow)
            assert status == 201, answer
            status, _, answer = self.web.post(f"/api/v1/flows/{flow['id']}/publish")
            assert status == 200, answer

    def with_workers(self, count: int) -> None:
        """Start or stop workers until there are so many."""
        while len(self.workers) < count:
            self.add_worker()
        while len(self.workers) > count:
            self.workers.pop().stop(signal.SIGTERM, 60)

    def add_worker(self, children: int = CHILDREN, **environment: str) -> WorkerProcess:
        """One more worker, ready to hear."""
        self._made += 1
        worker = WorkerProcess(self.web, f"worker{self._made}", children, **environment)
        self.workers.append(worker)
        worker.start()
        return worker

    def end(self) -> None:
        """Leave no process behind."""
        for process in [*self.workers, self.web]:
            process.end()

    def vigil(self) -> Vigil:
        """A watch over its executions, from now on."""
        return Vigil(self.tables)

    def start_flow(self, flow: str, timeout_s: float = 30, **body: Any) -> str:
        """Start a published flow over REST; gives the execution. Asks again while the answer is that
        nothing was done and that it should."""
        path, status, deadline = f"/api/v1/flows/{flow}/start", 503, time.monotonic() + timeout_s
        while status == 503 and time.monotonic() < deadline:
            status, _, answer = self.web.request("POST", path, {"mode": "production", **body}, timeout_s)
        assert status in (200, 201), answer
        execution: str = answer["executionId"]
        return execution

    def status(self, execution: str) -> str:
        """The status as REST tells it."""
        status: str = self.web.get(f"/api/v1/executions/{execution}")["status"]
        return status

    def until(self, execution: str, wanted: str, within_s: float = 20) -> None:
        """Wait for a status."""
        until(lambda: self.status(execution) == wanted, within_s, self.logs)

    def holder(self, execution: str) -> int:
        """Process id of the child that holds an execution's lease; 0 where nobody does."""
        ((owner,),) = self.tables.query("SELECT lease_owner FROM engine_execution WHERE id = ?", execution)
        return int(owner.split(":")[1]) if owner else 0

    def celery(self) -> celery.Celery:
        """An application that speaks to the same queue, to send what nobody should send."""
        queue = kombu.Queue("qflow", queue_arguments={"x-max-priority": 9})
        app = celery.Celery("test", broker=self.broker.url(), set_as_current=False)
        app.conf.update(task_default_queue="qflow", task_queues=[queue], task_ignore_result=True)
        if isinstance(self.broker, RedisServer):
            app.conf.broker_transport_options = {
                "priority_steps": list(range(10)),
                "queue_order_strategy": "priority",
            }
        return app

    def logs(self) -> str:
        """What its processes printed."""
        return "\n".join(process.log() for process in [self.web, *self.workers])


def until(condition: Callable[[], bool], within_s: float = 20, told: Callable[[], str] = str) -> None:
    """Wait until a condition holds; fails with what ``told`` gives where it does not in time."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, told()
        time.sleep(0.02)  # the poll's own pace
