"""A whole engine in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.testing.clock import FakeClock
from engine.testing.steps import DictCatalogue
from engine.testing.world import fake_world
from engine.usecases.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """A world without step types."""
    made = fake_world(DictCatalogue([]), FakeClock())
    yield made
    made.worker.stop(1)
