"""Fixtures of the command line's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.cli.node import RunningNode
from tests.engine.cli.support import Qflow


@pytest.fixture
def qflow(tmp_path: Path) -> Qflow:
    """``qflow`` on a data directory that does not exist yet."""
    return Qflow(tmp_path / "data")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A node that runs for the tests of a module."""
    running = RunningNode(tmp_path_factory.mktemp("node") / "data")
    running.start()
    try:
        yield running
    finally:
        running.kill()
