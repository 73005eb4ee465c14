"""What an execution's page replays, on a world of fakes."""

from __future__ import annotations

import pytest

from engine.base.errors import UnknownObject
from engine.testing.world import ALICE, CHARLIE
from engine.usecases.delete_flow import delete_flow
from engine.usecases.execution_history import execution_history
from engine.usecases.fork_execution import ForkRequest, fork_execution


def test_it_has_every_entry_and_the_flow_that_ran_even_after_its_deletion(publish, start, world) -> None:
    publish("f", {"a": "t.add", "b": "t.act"})
    started = start("f")
    started.future.result(10)
    delete_flow(world, ALICE, "f")
    history = execution_history(world, ALICE, started.execution)
    assert [step.id for step in history.flow.steps][-2:] == ["a", "b"]
    assert [entry.sequence for entry in history.entries] == list(range(1, history.header.sequence + 1))
    assert history.restored == {}
    assert len(execution_history(world, ALICE, started.execution, limit=2).entries) == 2


def test_a_fork_tells_what_had_run_before_it(publish, start, world) -> None:
    publish("f", {"a": "t.add", "b": "t.act"})
    started = start("f")
    started.future.result(10)
    fork = fork_execution(world, ALICE, ForkRequest(started.execution, "b"))
    history = execution_history(world, ALICE, fork.execution)
    ((sequence, state),) = history.restored.items()
    assert history.entries[sequence - 1].fact.TYPE == "checkpoint.restored"
    assert "a" in state.runs and "b" not in state.runs


def test_that_of_another_subnet_does_not_exist(publish, start, world) -> None:
    publish("f", {"a": "t.add"})
    started = start("f")
    started.future.result(10)
    with pytest.raises(UnknownObject):
        execution_history(world, CHARLIE, started.execution)
