"""``qflow keys``, ``blocks``, ``shred`` and ``share``, on what real executions left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nacl.public import PrivateKey

from engine.base.canonical import decode
from engine.identity.sealed_boxes import open_shared
from tests.engine.cli.support import flow

MARK = "Zweiundvierzig-Geheimnis"


def executed(qflow: Any, tmp_path: Path) -> str:
    """The id of an execution whose flow, input, inline output and block hold the mark."""
    shape = 'shape data.set {"fields": {"own": "' + MARK + '"}}'
    (tmp_path / "f.yaml").write_text(flow("f", shape))
    given = json.dumps([{"text": f"{MARK} {number}"} for number in range(2_000)])
    words = ("run", str(tmp_path / "f.yaml"), "--json", "--input", given)
    ran = qflow(*words, "--data-dir", str(qflow.data_dir))
    line = json.loads(ran.out)
    assert line["status"] == "completed", line
    return str(line["execution_id"])


def with_mark(folder: Path) -> list[str]:
    """Files that hold the mark."""
    found = [path for path in folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()]
    return [str(path) for path in found]


@pytest.mark.slow
def test_nothing_that_a_run_leaves_on_the_disk_tells_what_it_was_about(qflow, tmp_path):
    execution = executed(qflow, tmp_path)
    assert with_mark(qflow.data_dir) == []
    assert qflow("blocks", "status", "--json").json["spread"]["local"]["blocks"] > 0
    assert qflow("blocks", "repair", "--json").json["lost"] == []

    qflow("keys", "rotate")
    qflow("keys", "rotate", "--root")
    qflow("keys", "rewrap")
    private = PrivateKey(b"\x07" * 32)
    to, file = f"bob={bytes(private.public_key).hex()}", tmp_path / "shared.cbor"
    qflow("share", execution, "shape", "--to", to, "-o", str(file))
    assert with_mark(qflow.data_dir) == []
    shared = decode(open_shared(file.read_bytes(), "bob", bytes(private)))
    assert shared["outputs"]["main"][0]["json"]["own"] == MARK

    qflow("shred", execution, code=2)
    qflow("shred", execution, "--yes")
    assert qflow("blocks", "status", "--json").json["spread"]["local"]["blocks"] == 0
    qflow("logs", execution, code=1)
    qflow("verify", execution)
