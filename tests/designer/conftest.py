"""A node for each module of the designer's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.node import NodeProcess


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeProcess]:
    """A node that nobody has set up."""
    made = NodeProcess(tmp_path_factory.mktemp("node"))
    made.start()
    try:
        yield made
    finally:
        made.stop()
