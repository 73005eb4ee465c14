"""Calling the command line as people do: in a process of its own, on a data directory of the test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """The environment without the settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QFLOW_")}
    return {**kept, "QFLOW_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1", **more}


@dataclass(frozen=True)
class Qflow:
    """``qflow`` on a data directory."""

    data_dir: Path

    def __call__(self, *words: str, code: int = 0, stdin: str = "", **more: str) -> Done:
        """Run a command; fails unless it exits with ``code``."""
        ran = subprocess.run(
            [sys.executable, "-m", "engine.cli", *words],
            cwd=ROOT,
            env=environment(self.data_dir, **more),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        done = Done(ran.returncode, ran.stdout, ran.stderr)
        assert done.code == code, f"qflow {' '.join(words)} -> {done.code}\n{done.out}\n{done.err}"
        assert "Traceback" not in done.err, done.err
        return done


def flow(name: str, *steps: str) -> str:
    """A definition with a manual trigger and the steps, wired in a row; each is ``id action {params}``."""
    lines = [f"id: {name}", f"name: {name}", "steps:", "  - id: begin", "    action: trigger.manual"]
    for step in steps:
        own, action, params = [*step.split(" ", 2), "{}"][:3]
        lines += [f"    onSuccess: {own}", f"  - id: {own}", f"    action: {action}", f"    params: {params}"]
    return "\n".join(lines) + "\n"
