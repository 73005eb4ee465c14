"""``qflow dao`` on a data directory: from founding to a verified tally."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.governance.domain.support import approve, charter

pytestmark = pytest.mark.slow


class Shell:
    """Runs commands on one data directory."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.environment = {**os.environ, "QFLOW_DATA_DIR": str(place / "data")}

    def run(self, *words: str, code: int = 0) -> Any:
        command = [sys.executable, "-m", "engine.cli", "dao", *words, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment, check=False)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    def file(self, name: str, value: Any) -> str:
        path = self.place / name
        path.write_text(json.dumps(value))
        return str(path)


def test_a_vote_is_held_and_verified_from_the_command_line(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    rules = charter({"reviewers": 0, "votingSeconds": 3600})
    made = shell.run("create", "Acme", "--file", shell.file("dao.json", {"charter": rules}))
    assert made["members"] == 1
    proposal = shell.run("propose", shell.file("wish.json", approve()), "--submit")
    assert proposal["stage"] == "voting"
    voted = shell.run("vote", proposal["id"], "yes")
    assert voted["vote"]["totals"]["yes"] == 1
    bundle = str(tmp_path / "log.cbor")
    shell.run("export", "-o", bundle)
    report = shell.run("verify-tally", proposal["id"], "--bundle", bundle)
    assert (report["valid"], report["ballots"], report["outcome"]) == (True, 1, "passed")
    content = Path(bundle).read_bytes()
    Path(bundle).write_bytes(content.replace(b"cyes", b"cnoo", 1))
    assert not shell.run("verify-tally", proposal["id"], "--bundle", bundle, code=1)["valid"]
