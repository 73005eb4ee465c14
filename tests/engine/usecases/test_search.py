"""Searching a subnet, and how the index keeps up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.base.errors import PermissionDenied
from engine.journal.state import Status
from engine.testing.world import ALICE, BOB, CHARLIE
from engine.usecases.archive_flow import archive_flow
from engine.usecases.delete_execution import delete_execution
from engine.usecases.delete_flow import delete_flow
from engine.usecases.search import rebuild_index, search
from engine.usecases.tag_version import tag_version
from tests.engine.usecases.test_executions import settled


def found(world, text, actor=ALICE):
    return [(hit.kind, hit.id) for hit in search(world, actor, text).hits]


def test_flows_and_executions_are_found_without_anybody_indexing_them(publish, start, world):
    publish("orders", {"a": "t.add"})
    execution = start("orders").execution
    settled(world, execution, Status.COMPLETED)
    assert ("flow", "orders") in found(world, "orders")
    assert found(world, "status:completed") == [("execution", execution)]
    assert found(world, "kind:flow published:yes") == [("flow", "orders")]


def test_an_execution_that_moves_on_is_found_as_it_stands_then(publish, start, world, gate):
    gate.open.clear()
    publish("f", {"a": "t.act"})
    execution = start("f").execution
    assert gate.entered.acquire(timeout=10)
    assert found(world, "status:running") == [("execution", execution)]
    gate.open.set()
    settled(world, execution, Status.COMPLETED)
    assert found(world, "status:running") == []
    assert found(world, "status:completed") == [("execution", execution)]


def test_a_flow_is_found_by_its_steps(publish, world):
    publish("f", {"a": "t.add"})
    assert ("flow", "f") in found(world, "t.add")


def test_what_is_archived_tagged_or_deleted_is_found_accordingly(publish, start, world):
    publish("f", {"a": "t.add"})
    execution = start("f").execution
    settled(world, execution, Status.COMPLETED)
    tag_version(world, ALICE, "f", "draft", "golden")
    assert [kind for kind, _ in found(world, "tag:golden")] == ["version"]
    archive_flow(world, ALICE, "f", True)
    assert found(world, "kind:flow") == []
    assert found(world, "kind:flow archived:yes") == [("flow", "f")]
    delete_flow(world, ALICE, "f")
    assert found(world, "archived:any") == [("execution", execution)]
    delete_execution(world, ALICE, execution)
    assert found(world, "archived:any") == []


def test_a_rebuilt_index_finds_the_same(publish, start, world):
    publish("f", {"a": "t.add"})
    settled(world, start("f").execution, Status.COMPLETED)
    before = found(world, "archived:any")
    assert rebuild_index(world, ALICE) == len(before)
    assert found(world, "archived:any") == before
    with pytest.raises(PermissionDenied):
        rebuild_index(world, BOB)


def test_nobody_finds_what_they_may_not_read(publish, start, world):
    publish("f", {"a": "t.add"})
    settled(world, start("f").execution, Status.COMPLETED)
    reader = replace(BOB, scopes=frozenset({"flows:read"}))
    assert {kind for kind, _ in found(world, "", reader)} == {"flow", "version"}
    with pytest.raises(PermissionDenied, match="executions:read"):
        found(world, "kind:execution", reader)
    assert found(world, "", CHARLIE) == []
