"""What a flow says of its execution is kept, sealed, found by, and erased."""

from __future__ import annotations

from typing import Any

import pytest

from engine.base.limits import CUSTOM_KEYS_MAX
from engine.journal.custom_data import with_custom
from engine.journal.snapshot import restore, snapshot
from engine.journal.state import Status
from engine.ports.policy import PERSONAL
from engine.ports.search_index import SearchQuery, custom_mark
from engine.ports.step_catalogue import StepContext, StepResult
from engine.testing.steps import DictCatalogue, PlainTrigger, make_type, plus_one
from engine.testing.world import ALICE
from engine.usecases.fork_execution import ForkRequest, fork_execution
from engine.usecases.inspect_execution import execution_state, get_execution
from engine.usecases.keys import shred_execution
from engine.usecases.search import search
from tests.engine.usecases.test_executions import settled


def say(context: StepContext) -> StepResult:
    return StepResult({"main": context.items}, custom=context.step.parameters["say"])


@pytest.fixture
def catalogue() -> DictCatalogue:
    return DictCatalogue([PlainTrigger(), make_type("t.say", say), make_type("t.add", plus_one)])


def says(**custom: str) -> Any:
    return "t.say", {"parameters": {"say": custom}}


@pytest.fixture
def done(publish, start) -> str:
    """An execution of two steps that said something."""
    publish("f", {"a": says(customer="Ada", order="1"), "b": says(order="2")})
    started = start("f")
    started.future.result(10)
    return str(started.execution)


def found(world: Any, text: str) -> list[str]:
    return [hit.id for hit in search(world, ALICE, text, kinds=("execution",)).hits]


def test_what_steps_say_adds_up_and_the_last_word_counts(world, done):
    header, state = execution_state(world, ALICE, done)
    assert header.custom == state.custom == {"customer": "Ada", "order": "2"}


def test_it_is_found_by_exact_values_and_by_no_words(world, done):
    assert (
        found(world, "custom:customer=Ada") == found(world, 'custom:"customer=Ada" custom:order=2') == [done]
    )
    for text in ("custom:customer=ada", "custom:order=1", "custom:other=Ada", "Ada"):
        assert found(world, text) == [], text


def test_it_goes_along_when_an_execution_is_forked_and_through_a_checkpoint(world, done):
    fork = fork_execution(world, ALICE, ForkRequest(done, "b")).execution
    settled(world, fork, Status.COMPLETED)
    assert get_execution(world, ALICE, fork).custom == {"customer": "Ada", "order": "2"}
    _, state = execution_state(world, ALICE, done)
    assert restore(snapshot(state)).custom == state.custom


def test_shredding_takes_it_out_of_the_index(world, done):
    assert found(world, "custom:customer=Ada") == [done]
    shred_execution(world, ALICE, done)
    query = SearchQuery(PERSONAL, attributes={custom_mark("customer"): "Ada"})
    assert world.index.search(query).hits == ()


def test_only_so_many_keys_are_kept_and_those_that_are_there_can_change():
    full = {f"k{number}": "x" for number in range(CUSTOM_KEYS_MAX)}
    assert with_custom(full, {"more": "y", "k0": "z"}) == {**full, "k0": "z"}
