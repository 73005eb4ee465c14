"""How data.html runs."""

from __future__ import annotations

from engine.base.limits import HTML_CHARACTERS_MAX
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_html.extracting import extracted
from engine.steps.data_html.manifest import MANIFEST, HtmlParameters
from engine.steps.data_html.tables import raw_table, table_of
from engine.steps.files import file_bytes, file_entry, text_in
from engine.steps.item_errors import each_item


def _file(context: StepContext, item: Item, name: str) -> str:
    return text_in(file_bytes(context, file_entry(item, name), HTML_CHARACTERS_MAX), "utf-8")


class HtmlStep(StepType):
    """Gives an item for each document or text, or one with a table of all."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for what is no HTML or no selector."""
        first: HtmlParameters = context.parameters()
        if first.operation == "table":
            places = [{"item": index} for index in range(len(context.items))]
            given = [context.parameters(index) for index in range(len(context.items))]
            table = raw_table(context.items, given) if first.raw else table_of(context.items, first)
            return StepResult({MAIN: [{"json": {"table": table}, "pairedItem": places}]})

        def work(item: Item, index: int) -> list[Item]:
            given: HtmlParameters = context.parameters(index)
            if given.operation == "generate":
                return [{"json": {"html": given.html}}]
            source = _file(context, item, given.file) if given.file else given.source
            return [{"json": found} for found in extracted(source, given)]

        return StepResult({MAIN: each_item(context, work)})
