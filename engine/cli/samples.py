"""The sample flows a fresh node publishes, once."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from engine.base.errors import QflowError
from engine.ports.access_store import Principal

if TYPE_CHECKING:
    from engine.usecases.world import World

log = logging.getLogger("qflow.samples")

SAMPLES = Path(__file__).parent.parent.parent / "examples" / "hello.yaml"
MARKER = "samples-published"


def publish_samples(world: World, data_dir: Path) -> list[str]:
    """Publish the sample flows in the personal subnet; gives their ids, or none where that was done."""
    marker = data_dir / MARKER
    if marker.exists() or not SAMPLES.exists():
        return []
    from engine.usecases.create_flow import create_flow
    from engine.usecases.publish_flow import publish_flow

    actor = Principal("local", "local", "personal", frozenset({"admin"}))
    published = []
    try:
        record = create_flow(world, actor, SAMPLES.read_bytes(), name=SAMPLES.name)
        publish_flow(world, actor, record.id)
        published.append(record.id)
    except QflowError as error:
        log.warning("the sample flow is not published: %s", error)
    marker.touch()
    return published
