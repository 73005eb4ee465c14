"""How data.html runs."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_html.extracting import extracted
from engine.steps.data_html.manifest import MANIFEST, HtmlParameters
from engine.steps.data_html.tables import table_of
from engine.steps.item_errors import each_item


class HtmlStep(StepType):
    """Gives an item for each document or text, or one with a table of all."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for what is no HTML or no selector."""
        first: HtmlParameters = context.parameters()
        if first.operation == "table":
            places = [{"item": index} for index in range(len(context.items))]
            table = table_of(context.items, first)
            return StepResult({MAIN: [{"json": {"table": table}, "pairedItem": places}]})

        def work(item: Item, index: int) -> list[Item]:
            given: HtmlParameters = context.parameters(index)
            if given.operation == "generate":
                return [{"json": {"html": given.html}}]
            return [{"json": found} for found in extracted(given.source, given)]

        return StepResult({MAIN: each_item(context, work)})
