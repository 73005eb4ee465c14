"""What the servers for tests have in common: a port, a temporary home, a process that is waited for."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

PORTS = (10_000, 32_000)
"""Below those that systems give to outgoing connections, which would take the port of a server that is
not up yet, or is down to be started again."""
LANES = 16
"""As many processes of one test run choose ports that none of the others chooses."""


def _ports() -> Iterator[int]:
    first, last = PORTS
    lane = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % LANES
    lanes = (last - first) // LANES
    for number in itertools.count(os.getpid()):  # test runs beside each other begin elsewhere
        yield first + lane + number * 7 % lanes * LANES


_chosen = _ports()


def free_port() -> int:
    """A loopback port that nobody listens on, and that is not given again for long."""
    for port in _chosen:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable")


def program(name: str, package: str, *places: str) -> str:
    """Where a program is; fails with what to install."""
    for place in (shutil.which(name), *places):
        if place and os.access(place, os.X_OK):
            return place
    raise RuntimeError(f"{name} was not found; install it (make test-setup, or: apt-get install {package})")


class ServerProcess:
    """One server in a process group of its own, with a temporary home that goes with it."""

    def __init__(self, name: str, ready_within_s: float) -> None:
        self.port = free_port()
        self.home = Path(tempfile.mkdtemp(prefix=f"qflow-{name}-"))
        self._ready_within_s = ready_within_s
        self._process: subprocess.Popen[bytes] | None = None

    def launch(
        self, command: Sequence[str], ready: Callable[[], bool], environment: Mapping[str, str] | None = None
    ) -> None:
        """Start the process and return once it is ready; fails with its output where it is not."""
        with (self.home / "output").open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self.home,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        pause = threading.Event()
        deadline = time.monotonic() + self._ready_within_s
        while time.monotonic() < deadline:
            if ready():
                return
            if self._process.poll() is not None:
                break
            pause.wait(0.05)
        output_text = (self.home / "output").read_text(errors="replace")[-4000:]
        self.end(signal.SIGKILL)
        raise RuntimeError(f"{command[0]} did not become ready:\n{output_text}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the process and those it made; afterwards it can be launched again."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)
        self._process = None

    def remove(self) -> None:
        """Remove the home."""
        shutil.rmtree(self.home, ignore_errors=True)


def listens(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
