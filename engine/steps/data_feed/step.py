"""How data.feed runs: a feed's text becomes items."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_feed.manifest import MANIFEST
from engine.steps.data_feed.reading import entries_of
from engine.steps.item_errors import each_item


class FeedStep(StepType):
    """Gives an item for each entry of the feed of each item."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for text that is no feed."""

        def work(_: Item, index: int) -> list[Item]:
            return [{"json": entry} for entry in entries_of(context.parameters(index).source)]

        return StepResult({MAIN: each_item(context, work)})
