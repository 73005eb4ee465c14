"""What a benchmark starts, it ends: with all that was started by it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks import processes

DEAF = (
    "import signal, subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(child.pid, flush=True)\n"
    "child.wait()\n"
)


def test_a_process_and_its_children_are_gone_after_the_block(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with processes.running([sys.executable, "-c", DEAF], log) as process:
        while not log.read_text().strip():
            assert process.poll() is None, log.read_text()
        child = int(log.read_text().split()[0])
        assert set(processes.members(process.pid)) == {process.pid, child}
    assert process.poll() is not None
    assert processes.members(process.pid) == []


def test_a_process_that_ended_by_itself_is_no_trouble(tmp_path: Path) -> None:
    with processes.running([sys.executable, "-c", ""], tmp_path / "log") as process:
        process.wait(10)
    assert process.returncode == 0


def test_a_free_port_is_above_the_reserved_ones() -> None:
    assert 1024 <= processes.free_port() <= 65535


def test_the_environment_given_is_added_to_ours(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import os; print(os.environ['QFLOW_TEST_WORD'], 'PATH' in os.environ)"
    with processes.running([sys.executable, "-c", code], log, {"QFLOW_TEST_WORD": "hello"}) as process:
        process.wait(10)
    assert log.read_text().split() == ["hello", str("PATH" in os.environ)]
