"""How data.feed runs: a feed's text becomes items."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_feed.manifest import MANIFEST, FeedParameters
from engine.steps.data_feed.reading import entries_of
from engine.steps.item_errors import each_item


class FeedStep(StepType):
    """Gives an item for each entry of the feed of each item."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for text that is no feed."""

        def work(_: Item, index: int) -> list[Item]:
            given: FeedParameters = context.parameters(index)
            return [{"json": entry} for entry in entries_of(given.source, _names(given.fields))]

        return StepResult({MAIN: each_item(context, work)})


def _names(given: list[str] | str) -> list[str]:
    """Names in a list, or between commas."""
    listed = given.split(",") if isinstance(given, str) else given
    return [name.strip() for name in listed if name.strip()]
