"""The pipeline on its own, as docs/validation.md shows it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.S)
    assert found is not None
    return found[1]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_prints_what_the_page_says():
    assert run(block("python")) == block("text")


def test_the_example_needs_nothing_of_the_rest_of_the_engine():
    loaded = run(block("python") + "\nimport sys\nprint(*sorted(sys.modules))").split()
    parts = ("django", "celery", "wasmtime", "nacl", "engine.execution", "engine.storage", "engine.usecases")
    assert [name for name in loaded if name.startswith(parts)] == []
