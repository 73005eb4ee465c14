"""A real server, another one, and a bench with a real way out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.steps.http_request.connections import Connections
from engine.steps.http_request.egress import GuardedEgress
from tests.engine.sandbox.capabilities.bench import Bench
from tests.engine.sandbox.capabilities.requests import EVERYTHING
from tests.servers.http_server import HttpServer
from tests.support_http import Names


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """A real HTTP server on loopback."""
    with HttpServer() as running:
        yield running


@pytest.fixture
def other() -> Iterator[HttpServer]:
    """Another site."""
    with HttpServer() as running:
        yield running


@pytest.fixture
def connections() -> Iterator[Connections]:
    """Connections whose names are given."""
    made = Connections(resolver=Names({"rebound.test": [["127.0.0.1"]], "inside.test": [["10.0.0.1"]]}))
    yield made
    made.close()


@pytest.fixture
def real(connections: Connections) -> Any:
    """Makes a bench whose way out is the real one."""

    def make(*ceilings: Any, **options: Any) -> Bench:
        return Bench(
            ceilings or EVERYTHING, egress_of=lambda around: GuardedEgress(around, connections), **options
        )

    return make
