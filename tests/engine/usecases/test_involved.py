"""Executions by the code that they involve."""

from __future__ import annotations

from typing import Any

import pytest

from engine.journal.state import Status
from engine.testing.world import ALICE
from engine.usecases import involved
from engine.usecases.involved import halt, uses_of
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World
from tests.engine.usecases.test_executions import settled

COUNT = 30


@pytest.fixture
def waiting(publish: Any, world: World) -> tuple[str, list[str]]:
    """A flow version, and executions of it that wait."""
    flow = publish("f", {"a": "t.wait"})
    ids = [start_execution(world, ALICE, StartRequest("f")).execution for _ in range(COUNT)]
    for id in ids:
        settled(world, id, Status.WAITING)
    return flow.version, ids


def test_all_that_involve_it_are_stopped_and_each_version_is_looked_into_once(
    world: World, waiting: tuple[str, list[str]], publish: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop costs a look at a version, and not at each execution; it waits for no sweep."""
    version, ids = waiting
    publish("other", {"a": "t.wait"})
    spared = start_execution(world, ALICE, StartRequest("other")).execution
    settled(world, spared, Status.WAITING)
    looked_into: list[str] = []
    monkeypatch.setattr(
        involved._Versions, "_named", lambda self, one: looked_into.append(one) or frozenset({one})
    )
    assert halt(world, "personal", [version]) == COUNT
    assert sorted(looked_into) == sorted({version, world.journal.header(spared).version})
    for id in ids:
        settled(world, id, Status.ABORTED)
    assert world.journal.header(spared).status is Status.WAITING
    assert halt(world, "personal", [version]) == 0
    assert halt(world, "personal", []) == 0


def test_uses_are_counted_with_the_last_of_them(
    world: World, waiting: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    version, ids = waiting
    found = uses_of(world, ALICE, [version, "bafyother"])
    assert found.last is not None
    assert (found.count, found.all, found.last.id) == (COUNT, True, ids[-1])
    assert uses_of(world, ALICE, ["bafyother"]).last is None
    monkeypatch.setattr(involved, "USES_LOOKED_AT_MAX", 7)
    found = uses_of(world, ALICE, [version])
    assert (found.count, found.all) == (7, False)
