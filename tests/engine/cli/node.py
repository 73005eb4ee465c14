"""A node in the foreground of a process, as ``qflow up`` starts it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

from tests.engine.cli.support import ROOT, Qflow, environment
from tests.services.processes import free_port

UP_WITHIN_S = 40


class RunningNode:
    """``qflow up`` with further words and settings."""

    def __init__(self, data_dir: Path, *words: str, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.qflow = Qflow(data_dir)
        self._words = words
        self._environment = environment(data_dir, **settings)
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and return once it answers."""
        command = [sys.executable, "-m", "engine.cli", "up", "--port", str(self.port), *self._words]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        pause = threading.Event()
        for _ in range(UP_WITHIN_S * 20):
            if self.get("/health/live")[0] == 200:
                return
            if self._process.poll() is not None:
                break
            pause.wait(0.05)
        raise AssertionError(f"the node did not come up:\n{self.kill()}")

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 where nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def signal(self, number: signal.Signals, within_s: float = 10) -> tuple[int, str]:
        """Send a signal; the exit code and everything it printed."""
        assert self._process is not None
        self._process.send_signal(number)
        printed, _ = self._process.communicate(timeout=within_s)
        return self._process.returncode, printed

    def kill(self) -> str:
        """End it whatever it does; gives what it printed."""
        if self._process is None or self._process.poll() is not None:
            return ""
        self._process.kill()
        return self._process.communicate()[0]
