"""A real node: ``qflow up`` in a process of its own on a data directory and a free loopback port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks import processes
from benchmarks.client import Connection

READY_WITHIN_S = 30.0
POLL_S = 0.005


class NotReady(RuntimeError):
    """The node did not come up; the message holds the end of its log."""


class Node:
    """A node that can be killed and started again on the same data and port."""

    def __init__(self, data_dir: Path, env: Mapping[str, str] | None = None) -> None:
        self.data_dir, self.port = data_dir, processes.free_port()
        self.log = data_dir.with_suffix(".log")
        self._env = dict(env or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the running node."""
        assert self._process is not None, "the node is not started"
        return self._process.pid

    def start(self) -> float:
        """Start it; gives the seconds until ``/health/ready`` answered with 200."""
        begin = time.perf_counter()
        command = [sys.executable, "-m", "engine.cli", "up", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--data-dir", str(self.data_dir)]
        self._process = processes.start(command, self.log, self._env)
        while time.perf_counter() - begin < READY_WITHIN_S:
            if self._is_ready():
                return time.perf_counter() - begin
            if self._process.poll() is not None:
                break
            time.sleep(POLL_S)
        raise NotReady(
            f"the node is not ready after {READY_WITHIN_S:g} s; its log ends with:\n{self._tail()}"
        )

    def _is_ready(self) -> bool:
        try:
            with Connection(self.port) as connection:
                return connection.send(connection.prepare("GET", "/health/ready"))[0] == 200
        except OSError:
            return False

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])

    def kill(self) -> None:
        """``kill -9``, without a chance to say good-bye."""
        assert self._process is not None, "the node is not started"
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(processes.GRACE_S)

    def stop(self) -> None:
        """Ctrl-C."""
        if self._process is not None:
            processes.stop(self._process, signal.SIGINT)

    def resident_mb(self) -> float:
        """Resident memory of the node's processes, in MB (10^6 bytes)."""
        return sum(_resident_kib(pid) for pid in processes.members(self.pid)) * 1024 / 1e6


@contextmanager
def running(data_dir: Path, env: Mapping[str, str] | None = None) -> Iterator[Node]:
    """A node that is ready, for the length of a ``with`` block."""
    node = Node(data_dir, env)
    try:
        node.start()
        yield node
    finally:
        node.stop()


def _resident_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
