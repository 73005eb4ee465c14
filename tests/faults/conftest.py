"""A counting server on one address for all tests, and data directories with flows in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.conftest import empty_database
from tests.faults.cluster import Broker, Cluster
from tests.faults.counting import CountingServer
from tests.faults.flows import Flow
from tests.faults.node import NodeProcess
from tests.services.postgres import PostgresServer
from tests.services.processes import free_port
from tests.services.rabbitmq import RabbitServer
from tests.services.redis import RedisServer

MakeNode = Callable[..., NodeProcess]


@pytest.fixture(scope="session")
def counting_port() -> int:
    """Flows name the server's address, so it is the same for all tests of a process."""
    return free_port()


@pytest.fixture(scope="session")
def counting_url(counting_port: int) -> str:
    """Where effects go."""
    return f"http://127.0.0.1:{counting_port}"


@pytest.fixture
def server(counting_port: int) -> Iterator[CountingServer]:
    """The counting server, with nothing counted."""
    counting = CountingServer(counting_port)
    yield counting
    counting.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, list[Flow]], Path]:
    """A data directory with flows published in it, made once for each name."""
    made: dict[str, Path] = {}

    def prepare(name: str, flows: list[Flow]) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp(f"prepared-{name}")
            NodeProcess(made[name]).create(*flows)
        return made[name]

    return prepare


@pytest.fixture
def make_node(tmp_path: Path, prepared: Callable[[str, list[Flow]], Path]) -> Iterator[MakeNode]:
    """Makes nodes on a copy of a prepared data directory; they are gone after the test."""
    nodes: list[NodeProcess] = []

    def make(name: str, flows: list[Flow], **environment: str) -> NodeProcess:
        data_dir = tmp_path / f"node{len(nodes)}"
        shutil.copytree(prepared(name, flows), data_dir)
        nodes.append(NodeProcess(data_dir, **environment))
        return nodes[-1]

    yield make
    for node in nodes:
        node.end()


@pytest.fixture(scope="session")
def database_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that only these tests use, since they stop and start it."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis that only these tests use."""
    yield from _running(RedisServer())


@pytest.fixture(scope="session")
def rabbit_server() -> Iterator[RabbitServer]:
    """A RabbitMQ that only these tests use."""
    yield from _running(RabbitServer())


def _running(server: Broker) -> Iterator[Broker]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


def emptied(server: RedisServer) -> RedisServer:
    """The server without anything in it."""
    with redis.Redis.from_url(server.url()) as client:
        client.flushall()
    return server


MakeCluster = Callable[..., Cluster]


@pytest.fixture
def make_cluster(
    tmp_path: Path, database_server: PostgresServer, redis_server: RedisServer
) -> Iterator[MakeCluster]:
    """Makes clusters on PostgreSQL, and on Redis unless told otherwise; they are gone after the test."""
    clusters: list[Cluster] = []

    def make(broker: Broker | None = None, **environment: str) -> Cluster:
        home = tmp_path / f"cluster{len(clusters)}"
        home.mkdir()
        clusters.append(Cluster(home, database_server, broker or emptied(redis_server), **environment))
        return clusters[-1]

    yield make
    for cluster in clusters:
        cluster.end()


@pytest.fixture
def sqlite(request: pytest.FixtureRequest) -> Iterator[str]:
    """Alias of an empty SQLite database, for worlds in this process."""
    yield from empty_database(request, "sqlite")
