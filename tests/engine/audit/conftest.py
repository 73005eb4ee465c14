"""One small bundle for all tests."""

from __future__ import annotations

import pytest

from engine.testing.world import ALICE
from engine.usecases.export_execution import export_execution
from tests.engine.audit.bundles import run, signing_world


@pytest.fixture(scope="session")
def exported() -> tuple[bytes, bytes]:
    """A small execution's bundle, and the same with its contents withheld."""
    world = signing_world()
    try:
        execution = run(world, "t.add", "t.act")
        whole = export_execution(world, ALICE, execution)
        return whole, export_execution(world, ALICE, execution, withhold=True)
    finally:
        world.worker.stop(1)


@pytest.fixture(scope="session")
def bundle(exported: tuple[bytes, bytes]) -> bytes:
    """The whole bundle."""
    return exported[0]


@pytest.fixture(scope="session")
def withheld(exported: tuple[bytes, bytes]) -> bytes:
    """The bundle without contents."""
    return exported[1]
