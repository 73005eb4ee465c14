"""What the doors depend on: the world of this process, which tests replace by one of fakes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.usecases.world import World

_given: World | None = None


def get_world() -> World:
    """The world in force. Building it touches files, never the database."""
    if _given is not None:
        return _given
    from engine.wiring import world

    return world()


@contextmanager
def use_world(world: World) -> Iterator[World]:
    """Let the doors use this world for a while."""
    global _given
    before, _given = _given, world
    try:
        yield world
    finally:
        _given = before
