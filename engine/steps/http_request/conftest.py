"""What the tests of http.request share: a bench and a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.http_server import HttpServer
from tests.support_http import HttpBench, http_bench


@pytest.fixture
def http() -> Iterator[HttpBench]:
    """A bench whose connections are closed in the end."""
    with http_bench() as bench:
        yield bench


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """A real HTTP server on loopback."""
    with HttpServer() as running:
        yield running
