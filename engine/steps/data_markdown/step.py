"""How data.markdown runs."""

from __future__ import annotations

from engine.base.errors import StepFailure
from engine.base.limits import MARKDOWN_CHARACTERS_MAX
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_markdown.manifest import MANIFEST, MarkdownParameters
from engine.steps.data_markdown.rendering import html_of
from engine.steps.data_markdown.writing import markdown_of
from engine.steps.guest import ask
from engine.steps.item_errors import each_item
from engine.steps.paths import with_field

_REPLACED = "{{ $json.text.replace(new RegExp($json.pattern, 'g'), $json.replacement) }}"


class MarkdownStep(StepType):
    """Gives one item for each that comes in, with the result in a field."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` where there is no text."""

        def work(item: Item, index: int) -> list[Item]:
            given: MarkdownParameters = context.parameters(index)
            json = with_field(item["json"], given.into, _made(given, context))
            return [{**item, "json": json, "pairedItem": {"item": index}}]

        return StepResult({MAIN: each_item(context, work)})


def _made(given: MarkdownParameters, context: StepContext) -> str:
    source = given.source
    if not isinstance(source, str) or len(source) > MARKDOWN_CHARACTERS_MAX:
        raise StepFailure(f"source must be text of at most {MARKDOWN_CHARACTERS_MAX} characters")
    if given.operation == "toHtml":
        return html_of(source, given)
    text = markdown_of(source, given)
    for one in given.replace:
        row = {"text": text, "pattern": one.pattern, "replacement": one.replacement}
        text = str(ask(context, _REPLACED, [row])[0])
    return text
