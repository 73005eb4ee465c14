"""Kubo daemons of a test run's own: on loopback, without bootstrap peers, each with its own repository."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from pathlib import Path

from tests.services.processes import free_port

VERSION = "v0.42.0"
CACHE = Path(os.environ.get("QFLOW_TEST_CACHE", "~/.cache/qflow-tests")).expanduser()
UP_WITHIN_S = 60


def binary() -> Path | None:
    """The daemon that ``make test-setup`` built, if it did."""
    path = CACHE / f"kubo-{VERSION}" / "ipfs"
    return path if path.is_file() else None


class Kubo:
    """One daemon; may be killed and started again on the same repository and port."""

    def __init__(self, folder: Path) -> None:
        found = binary()
        assert found is not None, "call: make test-setup"
        self._binary, self._repository = found, folder
        self._port = free_port()
        self._environment = {**os.environ, "IPFS_PATH": str(folder), "IPFS_TELEMETRY": "off"}
        self._process: subprocess.Popen[bytes] | None = None
        self.call("init", "--empty-repo", "--profile=test")
        self.call("bootstrap", "rm", "--all")
        self.call("config", "--json", "Addresses.API", json.dumps(f"/ip4/127.0.0.1/tcp/{self._port}"))

    @property
    def url(self) -> str:
        """Where its API answers."""
        return f"http://127.0.0.1:{self._port}"

    def call(self, *arguments: str, data: bytes | None = None) -> bytes:
        """What ``ipfs`` prints for these arguments."""
        done = subprocess.run(
            [self._binary, *arguments], env=self._environment, input=data, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        log = (self._repository.parent / f"{self._repository.name}.log").open("ab")
        self._process = subprocess.Popen(
            [self._binary, "daemon"], env=self._environment, stdout=log, stderr=subprocess.STDOUT
        )
        log.close()
        deadline = time.monotonic() + UP_WITHIN_S
        while not self._answers():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.1)  # the poll's own pace while the daemon boots

    def _answers(self) -> bool:
        import httpx

        with contextlib.suppress(httpx.HTTPError):
            return httpx.post(f"{self.url}/api/v0/id", timeout=5).status_code == 200
        return False

    def log(self) -> str:
        """The end of what it wrote."""
        path = self._repository.parent / f"{self._repository.name}.log"
        return path.read_text(errors="replace")[-3000:]

    def connect(self, other: Kubo) -> None:
        """Make them peers."""
        identity = json.loads(other.call("id"))
        address = next(one for one in identity["Addresses"] if "/127.0.0.1/tcp/" in one)
        self.call("swarm", "connect", address)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
