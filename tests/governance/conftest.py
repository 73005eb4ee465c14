"""Halls for tests of governance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.governance.hall import Hall


@pytest.fixture
def hall(transactional_db: Any) -> Iterator[Hall]:
    """A DAO of four."""
    made = Hall()
    yield made
    made.stop()
