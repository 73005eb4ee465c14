"""What data.feed is and which parameters it has."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class FeedParameters(Parameters):
    """Parameters of data.feed."""

    source: Any = Field(description="The feed's text: RSS 2.0, RSS 1.0 or Atom.")
    fields: Annotated[list[str] | str, WithJsonSchema({"type": "array", "items": {"type": "string"}})] = (
        Field(default_factory=list, description="More elements of entries to give, such as media:content.")
    )


MANIFEST = Manifest(
    type="data.feed",
    label="Feed",
    summary="Makes an item of each entry of a news feed (RSS, Atom).",
    group="data",
    effect=Effect.PURE,
    parameters=FeedParameters,
    icon="rss",
)
