"""The job as a bare Celery chain on a private Redis; runs in an environment with celery and redis.

Nothing but the last result outlives the job: it shows what the queue alone costs.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from importlib.metadata import version
from pathlib import Path

from celery import Celery, chain

from benchmarks import processes
from benchmarks.peers import timing

URL = "QFLOW_PEER_REDIS_URL"
START_S = 30.0

app = Celery("qflow_peer", broker=os.environ.get(URL), backend=os.environ.get(URL))
app.conf.update(broker_connection_retry_on_startup=True, worker_prefetch_multiplier=1)


@app.task(name="qflow.peer.add_one")
def add_one(number: int) -> int:
    """One link of the chain."""
    return number + 1


def _count(steps: int) -> int:
    links = chain(add_one.s(0), *(add_one.s() for _ in range(steps - 1)))
    return int(links.apply_async().get(timeout=60, interval=0.005))


def _redis(port: int) -> list[str]:
    server = shutil.which("redis-server")
    if server is None:
        raise SystemExit("redis-server is not installed: install it, or leave this peer out")
    return [server, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"Redis did not listen on port {port} within {START_S:g} s")


def _worker() -> list[str]:
    celery = [sys.executable, "-m", "celery", "-A", "benchmarks.peers.celery_job", "worker"]
    return [*celery, "--loglevel", "ERROR", "--concurrency", "2", "--without-gossip", "--without-mingle"]


def _measure(port: int, data_dir: Path, steps: int, repeat: int, warmup: int) -> list[float]:
    url = f"redis://127.0.0.1:{port}/0"
    app.conf.update(broker_url=url, result_backend=url)
    with processes.running(_worker(), data_dir / "worker.log", {URL: url}):
        return timing.timed(lambda: _count(steps), steps, repeat, warmup)


def main() -> None:
    """Start Redis and a worker, run the job, end both."""
    options = timing.arguments("celery")
    port = processes.free_port()
    with processes.running(_redis(port), options.data_dir / "redis.log"):
        _wait_for_port(port)
        times = _measure(port, options.data_dir, options.steps, options.repeat, options.warmup)
    note = "chain on Redis kept in memory, prefork worker with 2 processes"
    timing.report("celery", version("celery"), options.steps, times, note)


if __name__ == "__main__":
    main()
