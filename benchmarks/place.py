"""A data directory with flows in it, and the engine's world on it, within this process.

One process has one data directory: settings and Django are set up once.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.flows import Definition

if TYPE_CHECKING:
    from engine.ports.access_store import Principal
    from engine.usecases.world import World

STOP_WITHIN_S = 1.0


class Place:
    """A world and who acts in it."""

    def __init__(self, world: World, actor: Principal) -> None:
        self.world, self.actor = world, actor

    def publish(self, definition: Definition) -> str:
        """Store a flow and put it in production; gives its id."""
        from engine.usecases.create_flow import create_flow
        from engine.usecases.publish_flow import publish_flow

        record = create_flow(self.world, self.actor, definition)
        publish_flow(self.world, self.actor, record.id)
        return record.id

    def token(self) -> str:
        """A bearer token for the REST door."""
        return self.world.tokens.issue("bench", self.actor.subnet, ("admin",), None)[1]

    def counts(self, flow: str) -> dict[str, int]:
        """How many executions of a flow the database holds, by status."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT status, count(*) FROM engine_execution WHERE flow = %s GROUP BY status", [flow]
            )
            return dict(cursor.fetchall())

    def executions(self, flow: str) -> list[str]:
        """The ids of all executions of a flow."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM engine_execution WHERE flow = %s", [flow])
            return [row[0] for row in cursor.fetchall()]


def _options(data_dir: Path) -> argparse.Namespace:
    return argparse.Namespace(data_dir=str(data_dir), subnet="personal", log_level="WARNING")


def opened(data_dir: Path) -> Place:
    """A place that drives nothing itself: its executions are left to the node on the directory."""
    from engine.cli.boot import local_actor, open_world

    options = _options(data_dir)
    return Place(open_world(options), local_actor(options))


@contextmanager
def driving(data_dir: Path) -> Iterator[Place]:
    """A place with a node of its own in this process."""
    from django.db import connections

    from engine.cli.boot import local_actor
    from engine.cli.node_lock import node_lock

    opened(data_dir)
    with node_lock(data_dir):
        from engine.wiring import start_node

        node = start_node()
        try:
            yield Place(node.world, local_actor(_options(data_dir)))
        finally:
            node.stop(STOP_WITHIN_S)
            connections.close_all()
