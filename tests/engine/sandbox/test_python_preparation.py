"""The Python snapshot is made in the background, once, and nothing breaks where it cannot be."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from engine.ports.sandbox import CodeRequest, Determinism, SandboxLimits
from engine.sandbox import python, python_preparation
from engine.sandbox.module_cache import ModuleCache
from engine.sandbox.python import PythonGuest


def test_it_is_made_only_where_it_is_not_stored_yet(tmp_path: Path, monkeypatch):
    cache, made = ModuleCache(tmp_path / "cache"), []
    monkeypatch.setattr(python, "prepare_apart", lambda cache, niceness: made.append((cache, niceness)))
    PythonGuest(cache).prepare()
    cache.put(f"{PythonGuest().cid}.image", b"somewhere 0")
    PythonGuest(cache).prepare()
    PythonGuest().prepare()
    assert made == [(cache, 15)]


def test_a_preparation_that_fails_is_left_to_the_first_use(tmp_path: Path, monkeypatch, caplog):
    monkeypatch.setattr(python_preparation, "_PROGRAM", "raise SystemExit(1)")
    python_preparation.prepare_apart(ModuleCache(tmp_path / "cache"), 15)
    assert "could not be prepared" in caplog.text


def test_the_key_goes_through_a_pipe_and_the_environment_does_not(tmp_path: Path, monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(options, command=command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    python_preparation.prepare_apart(ModuleCache(tmp_path, b"k" * 32), 15)
    assert (seen["input"], seen["env"]) == (b"k" * 32, {})
    assert not any("kkk" in word for word in seen["command"])


def test_processes_that_start_together_prepare_once(tmp_path: Path, monkeypatch):
    cache, runs = ModuleCache(tmp_path), []

    def run(command, **options):
        runs.append(command)
        python_preparation.prepare_apart(ModuleCache(tmp_path), 15)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    python_preparation.prepare_apart(cache, 15)
    assert len(runs) == 1
    python_preparation.prepare_apart(cache, 15)
    assert len(runs) == 2


@pytest.mark.slow
def test_what_the_other_process_made_is_loaded_here(tmp_path: Path, monkeypatch):
    guest = PythonGuest(ModuleCache(tmp_path / "cache"))
    guest.prepare(niceness=0)
    monkeypatch.setattr(python, "build_image", None)
    request = CodeRequest("python", "return {'a': 1}", [{"json": {}}], Determinism(0))
    assert guest.run(request, SandboxLimits(deadline_ms=60_000)).items == [{"json": {"a": 1}}]
