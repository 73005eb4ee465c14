"""Tests of command.execute, and attacks on it."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import (
    InvalidInput,
    PayloadTooLarge,
    PolicyViolation,
    StepCancelled,
    StepFailure,
    TimedOut,
)
from engine.ports.policy import PERSONAL, Policy
from engine.testing.step_bench import StepBench

SH = "/bin/sh"
PYTHON = str(Path(sys.executable).resolve())


def bench(path, *arguments, commands=(SH, PYTHON), timeout_ms=20_000, **parameters):
    return StepBench(
        "command.execute",
        {"path": path, "arguments": list(arguments), **parameters},
        policy=Policy(PERSONAL, commands=commands),
        timeout_ms=timeout_ms,
    )


def run(path, *arguments, **parameters):
    (item,) = bench(path, *arguments, **parameters).run([{"json": {}}]).outputs["main"]
    return item["json"]


def shell(text, **parameters):
    return run(SH, "-c", text, **parameters)


def is_gone(process: int) -> bool:
    """Whether it has ended, or is only waited for; given some seconds."""
    for _ in range(400):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0]
        except OSError:
            return True
        if state in "ZX":
            return True
        threading.Event().wait(0.02)
    return False


def test_a_program_gives_code_and_output():
    assert shell("echo hi; echo no >&2; exit 0") == {"exitCode": 0, "stdout": "hi", "stderr": "no"}
    assert shell("exit 3", neverError=True)["exitCode"] == 3
    assert shell("cat", input="ä" * 100_000)["stdout"] == "ä" * 100_000
    assert shell("kill -9 $$", neverError=True)["exitCode"] == -9
    with pytest.raises(StepFailure, match=r"exit code 4\nwhy"):
        shell("echo why >&2; exit 4")


def test_it_may_run_once_for_all_items():
    made = bench(SH, "-c", "echo x", once=True)
    assert len(made.run([{"json": {}}, {"json": {}}]).outputs["main"]) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/bin/cat",
        "sh",
        "/bin/../bin/sh",
        "//bin/sh",
        "/bin/sh ",
        "/bin/sh\n",
        "",
        "./sh",
        "/bin/sh/../cat",
        "/BIN/SH",
    ],
)
def test_what_the_policy_does_not_name_does_not_run(path):
    with pytest.raises((PolicyViolation, InvalidInput)):
        run(path, "-c", "touch never")


def test_nothing_runs_by_default_and_relative_names_in_a_policy_count_for_nothing():
    for commands in ((), ("sh",), ("*",)):
        with pytest.raises(PolicyViolation, match="does not name"):
            run(commands[0] if commands else SH, commands=commands)


@settings(max_examples=10, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_arguments_arrive_as_they_are(text):
    code = "import sys, json; print(json.dumps(sys.argv[1:]))"
    arguments = [text, "; touch never", "$(id)", "`id`", "&& id", "-c"]
    assert json.loads(run(PYTHON, "-I", "-c", code, *arguments)["stdout"]) == arguments


def test_a_nul_in_an_argument_is_refused():
    with pytest.raises(InvalidInput, match="NUL"):
        run(SH, "-c", "a\0b")


def test_nothing_of_the_nodes_environment_is_seen(monkeypatch):
    monkeypatch.setenv("QFLOW_SECRET_KEY", "very secret")
    seen = run(PYTHON, "-I", "-c", "import os; print(dict(os.environ))")["stdout"]
    assert "very secret" not in seen
    assert "PATH" not in seen


def test_nothing_that_the_node_has_open_is_seen():
    read, write = os.pipe()
    os.set_inheritable(write, True)
    try:
        seen = shell("ls /proc/self/fd")["stdout"].split()
    finally:
        os.close(read)
        os.close(write)
    assert str(write) not in seen


def test_it_runs_in_an_empty_folder_that_is_gone_afterwards():
    folder, *names = shell("pwd; ls -A; touch x")["stdout"].splitlines()
    assert names == []
    assert not Path(folder).exists()


def test_time_is_bounded_and_all_that_it_started_is_killed():
    with pytest.raises(TimedOut):
        shell("sleep 600 & echo $! > /dev/null; sleep 600", timeout_ms=700)


def test_what_it_leaves_behind_is_killed():
    found = shell("sleep 600 >/dev/null 2>&1 & echo $!")
    assert is_gone(int(found["stdout"]))
    found = shell("sleep 600 & echo $!")  # which holds the output open, too
    assert is_gone(int(found["stdout"]))


def test_it_is_killed_when_the_execution_is_stopped():
    made = bench(SH, "-c", "sleep 600", timeout_ms=60_000)
    timer = threading.Timer(0.5, made.cancellation.cancel)
    timer.start()
    begun = time.monotonic()
    with pytest.raises(StepCancelled):
        made.run([{"json": {}}])
    timer.join()
    assert time.monotonic() - begun < 50


def test_output_is_bounded():
    for target in ("", " >&2"):
        with pytest.raises(PayloadTooLarge):
            shell(f"while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{target}; done", outputMax=10_000)


def test_memory_is_bounded():
    code = "x = bytearray(300 * 1024 * 1024); print(len(x))"
    ended = run(PYTHON, "-I", "-S", "-c", code, memoryMax=128 * 1024 * 1024, neverError=True)
    assert ended["exitCode"] != 0
    assert "MemoryError" in ended["stderr"]


def test_a_program_that_is_none_is_told(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("no program")
    for path in (str(plain), str(tmp_path / "none"), str(tmp_path)):
        with pytest.raises(StepFailure, match="cannot be started"):
            run(path, commands=(path,))
