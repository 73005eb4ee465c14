"""Real processes of a node, to be killed: ``qflow up`` and ``qflow worker``."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.faults.tables import Tables, Vigil
from tests.services.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
UP_WITHIN_S = 60


class Process:
    """One ``qflow`` command in a process group of its own."""

    def __init__(self, log: Path, environment: dict[str, str], *arguments: str) -> None:
        self._log, self._environment, self._arguments = log, environment, arguments
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self, **environment: str) -> None:
        """Start the process; it is not waited for."""
        with open(self._log, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "engine.cli", *self._arguments],
                cwd=ROOT,
                env={**self._environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def running(self) -> subprocess.Popen[bytes]:
        """The process, started before."""
        assert self.process is not None
        return self.process

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def children(self) -> list[int]:
        """Process ids of its children."""
        path = Path(f"/proc/{self.running.pid}/task/{self.running.pid}/children")
        return [int(word) for word in path.read_text().split()]

    def kill(self) -> None:
        """SIGKILL, at once; its children are not touched."""
        self.running.send_signal(signal.SIGKILL)
        self.running.wait(10)

    def stop(self, number: signal.Signals = signal.SIGINT, within_s: float = 20) -> int:
        """Ctrl-C; gives the exit code."""
        if self.running.poll() is None:
            self.running.send_signal(number)
        return self.running.wait(within_s)

    def end(self) -> None:
        """Leave nothing behind, whatever state it is in."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def log(self) -> str:
        """What it printed."""
        return self._log.read_text(errors="replace")[-6000:] if self._log.exists() else ""


class NodeProcess(Process):
    """``qflow up`` on a data directory; started, killed and started again."""

    def __init__(self, data_dir: Path, *options: str, **environment: str) -> None:
        self.data_dir, self.port = data_dir, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "QFLOW_DATA_DIR": str(data_dir),
            "QFLOW_EGRESS_ALLOW": "127.0.0.0/8",
            **environment,
        }
        arguments = ("up", "--port", str(self.port), "--no-samples", *options)
        super().__init__(data_dir / "node.log", self.environment, *arguments)
        self.tables = Tables.of(data_dir)
        self.token = ""

    def qflow(self, *arguments: str) -> str:
        """Run a command on the data directory; gives what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "engine.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"qflow {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def create(self, *flows: dict[str, Any]) -> None:
        """Create and publish flows in the data directory."""
        for flow in flows:
            definition = self.data_dir / f"{flow['id']}.json"
            definition.write_text(json.dumps(flow))
            self.qflow("create", str(definition), "--publish")

    def start(self, **environment: str) -> None:
        """Start the node and wait until it is ready (or has died of a crash point)."""
        self.launch(**environment)
        deadline = time.monotonic() + UP_WITHIN_S
        while not self.ready():
            if not self.alive:
                return
            assert time.monotonic() < deadline, self.log()

    def ready(self) -> bool:
        """Whether it answers that it is ready."""
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.02)  # the poll's own pace while the process boots
            return False

    def post(self, path: str, body: Any = None, timeout_s: float = 30) -> tuple[int, dict[str, str], Any]:
        """POST JSON; gives status, headers and the decoded body. Raises OSError if it dies."""
        return self.request("POST", path, body or {}, timeout_s)

    def get(self, path: str) -> Any:
        """GET JSON."""
        return self.request("GET", path)[2]

    def request(
        self, method: str, path: str, body: Any = None, timeout_s: float = 30
    ) -> tuple[int, dict[str, str], Any]:
        """Any request, with the token where there is one; JSON is decoded."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:
                return answer.status, dict(answer.headers), json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def begin(self, path: str) -> str | None:
        """Ask a webhook for an execution; None where the node died before it promised one."""
        try:
            status, headers, _ = self.post(path)
        except OSError:
            return None
        return headers["X-Qflow-Execution"] if status < 300 else None

    def vigil(self) -> Vigil:
        """A watch over its executions, from now on."""
        return Vigil(self.tables)


class WorkerProcess(Process):
    """``qflow worker``: a Celery worker with forked children, on the settings of a node."""

    def __init__(self, node: NodeProcess, name: str, children: int = 2, **environment: str) -> None:
        settings = {**node.environment, "QFLOW_WORKERS": str(children), **environment}
        super().__init__(node.data_dir / f"{name}.log", settings, "worker")
        self._children = children

    def start(self, **environment: str) -> None:
        """Start it and wait until its children are there and it listens."""
        before = len(self._log.read_bytes()) if self._log.exists() else 0
        self.launch(**environment)
        deadline = time.monotonic() + UP_WITHIN_S
        while b"engine.ring" not in self._log.read_bytes()[before:] or len(self.children()) < self._children:
            assert self.alive, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)  # the poll's own pace while the process boots
