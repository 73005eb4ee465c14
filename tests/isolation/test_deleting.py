"""A subnet that is suspended and then deleted, on a real node beside others."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest

from tests.isolation.tenants import SCOPES, flow, tenant

pytestmark = pytest.mark.slow

MARK = "canary51c2"
KEEPS = flow("keeps", {"id": "set", "type": "data.set", "params": {"fields": {"word": MARK * 5000}}})


def test_a_deleted_subnet_leaves_hashes_and_nothing_that_can_be_read(walls: Any) -> None:
    node = walls.node
    node.qflow("subnet", "create", "gamma")
    owner = tenant(node, "gamma", SCOPES)
    with owner.client:
        ended = owner.run(KEEPS)
        node.qflow("subnet", "suspend", "gamma", "--reason", "the bill is not paid")
        begun = 2 + _begun_until_refused(owner)
        node.qflow("subnet", "resume", "gamma")
        assert owner.start(KEEPS["id"])["status"] == "completed"
        node.qflow("subnet", "delete", "gamma", "--yes")
        assert owner.ask("GET", "/api/v1/flows").status_code == 401
    _gone(node)
    files = [path for path in node.data_dir.rglob("*") if path.is_file()]
    assert [str(path) for path in files if MARK.encode() in path.read_bytes()] == []
    assert _left(node) == {"engine_flow": 0, "engine_block": 0, "engine_key": 0, "engine_execution": begun}
    with _database(node) as database:
        [(head, key)] = database.execute(
            "SELECT head, data_key FROM engine_execution WHERE id = ?", [ended["executionId"]]
        )
    assert len(head) == 64
    assert key is None
    assert walls.victim.ask("GET", "/api/v1/flows").status_code == 200


def _begun_until_refused(owner: Any) -> int:
    """How many starts still pass: the node may remember for a moment that nothing is contained."""
    for begun in range(100):
        answer = owner.ask("POST", f"/api/v1/flows/{KEEPS['id']}/start", {"wait": True, "mode": "test"})
        if answer.status_code != 200:
            assert (answer.status_code, answer.json()["code"]) == (503, "subnet_suspended")
            return begun
    raise AssertionError("a suspended subnet starts whatever it likes")


def _left(node: Any) -> dict[str, int]:
    """Rows of the subnet in some tables."""
    counts = {}
    with _database(node) as database:
        for table in ("engine_flow", "engine_block", "engine_key", "engine_execution"):
            sql = f"SELECT COUNT(*) FROM {table} WHERE subnet = 'gamma'"
            counts[table] = database.execute(sql).fetchone()[0]
    return counts


def _database(node: Any) -> Any:
    [file] = node.data_dir.glob("*.sqlite3")
    return closing(sqlite3.connect(file))


def _gone(node: Any) -> None:
    """Wait until the node has erased it."""
    end = time.monotonic() + 60
    while _known(node):
        assert time.monotonic() < end, "the subnet is still there"
        time.sleep(0.2)  # the poll's own pace
    assert "gamma" not in {one["id"] for one in json.loads(node.qflow("subnet", "list", "--json"))}


def _known(node: Any) -> bool:
    with _database(node) as database:
        sql = "SELECT COUNT(*) FROM engine_subnet WHERE id = 'gamma' AND ended_us IS NULL"
        return bool(database.execute(sql).fetchone()[0])
