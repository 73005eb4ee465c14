"""The sample flows of a fresh node: one that answers at once, and one to run by hand."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from engine.base.errors import QflowError
from engine.ports.access_store import Principal

if TYPE_CHECKING:
    from engine.usecases.world import World

log = logging.getLogger("qflow.samples")

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
PUBLISHED, DRAFT = "hello.yaml", "order-approval.yaml"
MARKER = "samples-published"


def publish_samples(world: World, data_dir: Path) -> list[str]:
    """Store the sample flows in the personal subnet, once, and publish the first; gives its id in a list,
    which is empty where that was done before."""
    marker = data_dir / MARKER
    if marker.exists() or not (EXAMPLES / PUBLISHED).exists():
        return []
    from engine.usecases.publish_flow import publish_flow

    actor = Principal("local", "local", "personal", frozenset({"admin"}))
    published = []
    try:
        sample = _stored(world, actor, PUBLISHED)
        publish_flow(world, actor, sample)
        published.append(sample)
        _stored(world, actor, DRAFT)
    except QflowError as error:
        log.warning("the sample flows are not complete: %s", error)
    marker.touch()
    return published


def _stored(world: World, actor: Principal, name: str) -> str:
    from engine.usecases.create_flow import create_flow

    return create_flow(world, actor, (EXAMPLES / name).read_bytes(), name=name).id
